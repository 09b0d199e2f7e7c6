// Gathers the static files of the pages into dist/assets; wrangler runs it before every build.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");
const target = join(root, "dist/assets/aset");

mkdirSync(target, { recursive: true });

/** Moves each file into place whole: two copies of `npm run dev` may start in one checkout at the same moment. */
function place(name: string, content: string | Buffer): void {
  const part = join(root, "dist", `${process.pid}-${name}.part`);
  writeFileSync(part, content);
  renameSync(part, join(target, name));
}

for (const file of [
  "swagger-ui-dist/swagger-ui-bundle.js",
  "swagger-ui-dist/swagger-ui.css",
  "redoc/bundles/redoc.standalone.js",
  "htmx.org/dist/htmx.min.js",
]) {
  place(basename(file), readFileSync(join(root, "node_modules", file)));
}
place("halaman.css", readFileSync(join(root, "src/halaman/halaman.css")));
place("dasbor.css", readFileSync(join(root, "src/dasbor/dasbor.css")));
for (const name of ["chat.css", "chat.js"]) place(name, readFileSync(join(root, "src/dasbor/chat", name)));
// A file of its own, so that the page's policy needs no inline script.
place("swagger-start.js", 'SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true });\n');
