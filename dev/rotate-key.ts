// `npm run rotate-key`: seals everything with a new key while the Worker runs with both.
import { Client } from "pg";
import { readRotationSettings } from "./rotate/keys.ts";
import { rotate } from "./rotate/rotation.ts";
import { RotationError, type Row, type Session } from "./rotate/session.ts";

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const settings = readRotationSettings(process.env);
  const client = new Client({ connectionString: settings.databaseUrl });
  // A connection that breaks makes the query fail, which says so; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new RotationError(`Database di DATABASE_URL tidak dapat dibuka: ${explain(error)}`);
  }
  const session: Session = {
    query: async (text, params = []) => (await client.query<Row>(text, params)).rows,
  };
  try {
    await rotate(session, settings, (line) => console.log(line));
  } finally {
    await client.end();
  }
}

function explain(error: unknown): string {
  if (error instanceof RotationError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.message || String(error);
}
