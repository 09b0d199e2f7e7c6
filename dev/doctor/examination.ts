import { ConfigError, readConfig } from "../../src/config.ts";
import { databaseCheck } from "./database.ts";
import { bad, examine, ok, type Check, type Examined } from "./finding.ts";
import { concealer, type Subject, type Variables } from "./variables.ts";
import { billerCheck, clockCheck, publicCheck, queueCheck, redisCheck, whapiCheck } from "./vendors.ts";

export interface ExaminationOptions {
  /** Longest wait for any of them. */
  timeoutMs?: number;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

const MARKS = { ok: "✓", warn: "!", bad: "✗" };

/** Examines everything at once and writes what it finds, without any secret. Resolves with the exit code: 1 when anything is broken. */
export async function runExamination(
  { name, isLocalCloud, variables }: Subject,
  write: (line: string) => void,
  { timeoutMs = 10_000, now = Date.now }: ExaminationOptions = {},
): Promise<number> {
  const conceal = concealer(variables);
  write(`Memeriksa ${name}`);
  if (isLocalCloud && !(await listens(variables["PUBLIC_URL"] ?? "", timeoutMs))) {
    write(`✗ ${variables["PUBLIC_URL"]} tidak menjawab; jalankan dulu: npm run dev`);
    return 1;
  }
  const checks: Check[] = [
    configCheck(variables),
    databaseCheck(variables),
    redisCheck(variables),
    queueCheck(variables),
    billerCheck(variables, timeoutMs),
    whapiCheck(variables),
    publicCheck(variables, isLocalCloud),
    clockCheck(variables, now),
  ];
  const found = await examine(checks, timeoutMs);
  for (const one of found) write(conceal(lineOf(one)));
  write(conclusion(found));
  return found.some(({ level }) => level === "bad") ? 1 : 0;
}

/** Every problem that the Worker would refuse to start with. */
function configCheck(variables: Variables): Check {
  return {
    name: "konfigurasi",
    run() {
      try {
        const { local } = readConfig(variables);
        return ok(local ? "lengkap (APP_ENV=local)" : "lengkap, untuk produksi");
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const problems = [...error.message.matchAll(/^ {2}- (.+)$/gm)].map(([, problem]) => problem);
        return bad(
          problems.join("; "),
          "Perbaiki masing-masing di berkas konfigurasi (produksi: npx wrangler secret put NAMA).",
        );
      }
    },
  };
}

function lineOf({ level, name, ms, says, advice }: Examined): string {
  const line = `${MARKS[level]} ${name} (${ms} ms): ${says}.`;
  return advice ? `${line} → ${advice}` : line;
}

function conclusion(found: readonly Examined[]): string {
  const count = (wanted: Examined["level"]) => found.filter(({ level }) => level === wanted).length;
  const [broken, doubtful] = [count("bad"), count("warn")];
  if (broken > 0) return `${broken} harus diperbaiki${doubtful > 0 ? `, ${doubtful} perlu dilihat` : ""}.`;
  return doubtful > 0 ? `Berjalan; ${doubtful} perlu dilihat.` : "Semua baik.";
}

async function listens(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}
