import { setTimeout as sleep } from "node:timers/promises";

/** One session of the database, as its owner. Every value is asked for as text. */
export interface Session {
  query(text: string, params?: (string | null)[]): Promise<Row[]>;
}

export type Row = Record<string, string | null>;

/** What keeps the keys from being changed: its message is all there is to say. */
export class RotationError extends Error {
  override readonly name = "RotationError";
}

/** A text that the query asked for and that is never null. */
export function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== "string") throw new TypeError(`${name} is not there`);
  return value;
}

/** Lost races: lock_not_available, deadlock_detected, serialization_failure. */
const LOST_RACES = ["55P03", "40P01", "40001"];
const ATTEMPTS = 60;
const MOST_PAUSE_MS = 1_000;

/** Does `work` again, after a pause that grows, while it loses races; `undo` first takes back what it has done. */
export async function untilWon<T>(work: () => Promise<T>, undo: () => Promise<unknown>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (!LOST_RACES.includes(code)) throw error;
      if (attempt === ATTEMPTS)
        throw new RotationError("Database terlalu sibuk untuk mengganti kunci. Jalankan lagi pada jam sepi.");
      await undo();
      await sleep(Math.min(MOST_PAUSE_MS, 50 * attempt) * (0.5 + Math.random()));
    }
  }
}

/** One transaction in the name of the rotation, for the audit; done again when it loses a race. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const rollback = () => session.query("rollback");
  const once = async () => {
    await session.query("begin");
    await session.query("select app.masuk_layanan('rotasi')");
    const result = await work();
    await session.query("commit");
    return result;
  };
  try {
    return await untilWon(once, rollback);
  } catch (error) {
    // The connection may be what broke: then there is nothing to roll back, and the first error says more.
    await rollback().catch(() => {});
    throw error;
  }
}
