import { defineConfig } from "drizzle-kit";

// `npx drizzle-kit migrate` applies the migrations as the owner of the schema, over TCP: over Neon's HTTP they would not be atomic.
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/**/table.ts",
  out: "./drizzle",
  dbCredentials: { url: process.env["DATABASE_URL"] ?? "" },
});
