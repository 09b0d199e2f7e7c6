// Gathers the static files of the documentation pages into dist/assets; wrangler runs it before every build.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const target = join(root, "dist/assets/aset");

mkdirSync(target, { recursive: true });
for (const file of [
  "swagger-ui-dist/swagger-ui-bundle.js",
  "swagger-ui-dist/swagger-ui.css",
  "redoc/bundles/redoc.standalone.js",
]) {
  cpSync(join(root, "node_modules", file), join(target, file.slice(file.lastIndexOf("/") + 1)));
}
// A file of its own, so that the page's policy needs no inline script.
writeFileSync(
  join(target, "swagger-start.js"),
  'SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true });\n',
);
