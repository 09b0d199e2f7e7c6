// `npm run bench:login`: can a wrong password be told from a name that nobody has, by the time of the answer?
// Against a house of its own in the Workers' runtime, or one that runs already: ORIGIN=http://127.0.0.1:8000
import { startHouse, type Running } from "./house.ts";
import { mannWhitney, median, say } from "./statistics.ts";

/** Of each kind, taken in turns, so that both meet the same machine. */
const TRIES = Number(process.env["TRIES"] ?? 200);
const WARM_UP = 20;
/** One fewer than the lock allows, so that no lock has a say. */
const TRIES_PER_ACCOUNT = 9;
/** Production's. */
const BCRYPT_COST = "10";
/** Below this the two can be told apart. */
const SIGNIFICANT = 0.01;

const origin = process.env["ORIGIN"];
const house: Running = origin
  ? { url: origin, close: async () => {} }
  : await startHouse({ BCRYPT_COST, RATE_LIMITS: "wide" });

async function post(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return await fetch(house.url + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Milliseconds of one failed login. */
async function timeOf(identifier: string): Promise<number> {
  const started = performance.now();
  const answer = await post("/auth/login", { identifier, password: "bukan-ini-sandinya" });
  await answer.arrayBuffer();
  const ms = performance.now() - started;
  if (answer.status !== 401) throw new Error(`POST /auth/login answers ${answer.status} instead of 401`);
  return ms;
}

const run = crypto.randomUUID().slice(0, 8);
const accounts = Math.ceil((TRIES + WARM_UP) / TRIES_PER_ACCOUNT);
const nameOf = (kind: string, at: number) => `${kind}-${run}-${String(at).padStart(3, "0")}@example.com`;

try {
  for (let at = 0; at < accounts; at++) {
    const body = { name: "Uji Waktu", email: nameOf("ada", at), password: "password123" };
    const answer = await post("/api/register", body);
    if (answer.status !== 201) throw new Error(`POST /api/register answers ${answer.status} instead of 201`);
  }
  const times: Record<"ada" | "nol", number[]> = { ada: [], nol: [] };
  for (let at = 0; at < TRIES + WARM_UP; at++) {
    // Who goes first changes at random: whatever the first leaves behind must not be the second's.
    const order: ("ada" | "nol")[] = Math.random() < 0.5 ? ["ada", "nol"] : ["nol", "ada"];
    for (const kind of order) {
      const ms = await timeOf(nameOf(kind, at % accounts));
      if (at >= WARM_UP) times[kind].push(ms);
    }
  }
  const [wrong, unknown] = [median(times.ada), median(times.nol)];
  const { u, p } = mannWhitney(times.ada, times.nol);
  say(`wrong password   median ${wrong.toFixed(2)} ms of ${times.ada.length}`);
  say(`unknown name     median ${unknown.toFixed(2)} ms of ${times.nol.length}`);
  say(`ratio of medians ${(unknown / wrong).toFixed(4)}`);
  say(
    `Mann-Whitney     U ${u.toFixed(1)}, p ${p.toFixed(4)}: ${p > SIGNIFICANT ? "no difference found" : "A DIFFERENCE"}`,
  );
  process.exitCode = p > SIGNIFICANT ? 0 : 1;
} finally {
  await house.close();
}
