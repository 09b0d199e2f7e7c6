import { html } from "hono/html";
import type { Hono } from "hono";
import type { Access } from "./route.ts";
import type { HouseEnv, Router } from "./router.ts";

/** Where the build puts the assets of Swagger UI and ReDoc; they are served by ourselves, never from a CDN. */
const ASSETS = "/aset";

/** Publishes `GET /openapi.json` (3.1), `GET /docs` (Swagger UI) and `GET /redoc`. */
export function publishDocs(
  app: Router,
  options: { accesses: readonly Access[]; description: string },
): void {
  for (const { name, definition } of options.accesses.flatMap(({ schemes }) => schemes))
    app.openAPIRegistry.registerComponent("securitySchemes", name, definition);
  app.doc31("/openapi.json", (c) => ({
    openapi: "3.1.0",
    info: {
      title: "Satu Pintu",
      version: "0.1.0",
      description: options.description,
    },
    // Where it was asked for: a page may call no other origin.
    servers: [{ url: new URL(c.req.url).origin }],
  }));
  page(
    app,
    "/docs",
    html`<link rel="stylesheet" href="${ASSETS}/swagger-ui.css" />
      <div id="docs"></div>
      <script src="${ASSETS}/swagger-ui-bundle.js"></script>
      <script src="${ASSETS}/swagger-start.js"></script>`,
  );
  page(
    app,
    "/redoc",
    html`<style>
        /* A logo from a CDN, which the page's policy refuses. */
        redoc img[alt="redocly logo"] {
          display: none;
        }
      </style>
      <redoc spec-url="/openapi.json"></redoc>
      <script src="${ASSETS}/redoc.standalone.js"></script>`,
  );
}

function page(app: Hono<HouseEnv>, path: string, body: ReturnType<typeof html>): void {
  app.get(path, (c) => {
    // Both viewers write style attributes; scripts stay limited to our own files.
    c.header(
      "content-security-policy",
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
        "connect-src 'self'; worker-src blob:; base-uri 'none'; frame-ancestors 'none'",
    );
    return c.html(
      html`<!doctype html>
        <html lang="id">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>Satu Pintu</title>
          </head>
          <body>
            ${body}
          </body>
        </html>`,
    );
  });
}
