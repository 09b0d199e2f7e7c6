import { z } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { describeError } from "../log.ts";
import { defineRoute, open } from "../http/route.ts";
import { createRouter, type Router } from "../http/router.ts";

const databaseSchema = z
  .object({ database: z.literal("postgresql"), status: z.enum(["connected", "disconnected"]) })
  .openapi("StatusDatabase");

const dbConnect = defineRoute({
  method: "get",
  path: "/db-connect",
  operationId: "statusDatabase",
  tags: ["Layanan"],
  summary: "Database tersambung",
  access: open,
  responses: {
    200: { description: "Tersambung", content: { "application/json": { schema: databaseSchema } } },
    503: { description: "Tidak tersambung", content: { "application/json": { schema: databaseSchema } } },
  },
});

/** Whether the database answers. */
export function healthRoutes({ db }: { db: Database }): Router {
  const router = createRouter();
  router.openapi(dbConnect, async (c) => {
    try {
      await db.execute(sql`select 1`);
      return c.json({ database: "postgresql" as const, status: "connected" as const }, 200);
    } catch (error) {
      c.var.log.error("database_unreachable", describeError(error));
      return c.json({ database: "postgresql" as const, status: "disconnected" as const }, 503);
    }
  });
  return router;
}
