import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "../../dev/stand-in.ts";

const root = join(import.meta.dirname, "../..");

/** A port below the kernel's own range that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export function scratchDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "satu-pintu-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface DevServer {
  process: ChildProcess;
  url: string;
  /** Everything it has printed. */
  output(): string;
  /** Resolves with its exit code when it has ended. */
  ended: Promise<number | null>;
}

/** Starts `npm run dev` in a process group of its own, as a person would in a terminal of their own. */
export function startDev(
  env: { PORT: number; DATA_DIR: string } & Record<string, string | number>,
): DevServer {
  const child = spawn("npm", ["run", "dev"], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      DATABASE_URL: "",
      REDIS_URL: "",
      ...Object.fromEntries(Object.entries(env).map(([k, v]) => [k, String(v)])),
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return {
    process: child,
    url: `http://127.0.0.1:${env.PORT}`,
    output: () => output,
    ended: new Promise((resolve) => child.on("exit", resolve)),
  };
}

/** Live processes of a process group; zombies are dead. Linux only. */
export function livingInGroup(groupId: number): string[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const [, name = "", rest = ""] =
        /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
      const [state, , group] = rest.split(" ");
      return Number(group) === groupId && state !== "Z" ? [`${entry} ${name}`] : [];
    } catch {
      return []; // it ended between the listing and the reading
    }
  });
}

/** Kills a whole process group by its id; nothing happens if it has ended. */
export function killGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch {
    // it has ended
  }
}
