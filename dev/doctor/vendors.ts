import { createDigiflazz } from "../../src/ppob/biller/digiflazz.ts";
import { TolakanBiller } from "../../src/ppob/biller/digiflazz-codes.ts";
import { bad, ok, warn, type Check, type Finding } from "./finding.ts";
import type { Variables } from "./variables.ts";

/** A check of a service that needs these variables; without them it says so. */
function check(
  name: string,
  variables: Variables,
  needed: readonly string[],
  run: (values: string[], signal: AbortSignal) => Promise<Finding>,
): Check {
  return {
    name,
    run(signal) {
      const missing = needed.filter((variable) => !variables[variable]);
      if (missing.length > 0)
        return warn(`tidak diperiksa: ${missing.join(", ")} belum diisi`, `Isi ${missing.join(", ")}.`);
      const values = needed.map((variable) => (variables[variable] ?? "").replace(/\/+$/, ""));
      if (!URL.canParse(values[0] ?? ""))
        return bad(`${needed[0]} bukan alamat`, `Isi ${needed[0]} dengan https://…`);
      return run(values, signal);
    },
  };
}

const bearer = (token = "") => ({ authorization: `Bearer ${token}` });

/** PING, and a command that only a token which may write is allowed; it changes nothing. */
export function redisCheck(variables: Variables): Check {
  const needed = ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"];
  return check("Redis", variables, needed, async ([url, token], signal) => {
    const response = await fetch(`${url}/pipeline`, {
      method: "POST",
      headers: { ...bearer(token), "content-type": "application/json" },
      body: JSON.stringify([["PING"], ["DEL", "satu-pintu:doctor"]]),
      signal,
    });
    const copy = "Salin ulang UPSTASH_REDIS_REST_URL dan UPSTASH_REDIS_REST_TOKEN dari konsol Upstash.";
    if (response.status === 401 || response.status === 403) return bad("token ditolak", copy);
    if (!response.ok) return bad(`menjawab HTTP ${response.status}`, copy);
    const [pong, written] = (await response.json()) as { result?: unknown; error?: string }[];
    if (pong?.result !== "PONG") return bad("menjawab, tetapi bukan Redis", copy);
    if (written?.error)
      return bad(
        "token ini hanya boleh membaca",
        "Pakai token biasa dari konsol Upstash, bukan yang read-only.",
      );
    return ok("PING dijawab");
  });
}

/** The token, and whether what QStash signs with is what we verify with. */
export function queueCheck(variables: Variables): Check {
  const needed = ["QSTASH_URL", "QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"];
  return check("QStash", variables, needed, async ([url, token, current, next], signal) => {
    const response = await fetch(`${url}/v2/keys`, { headers: bearer(token), signal });
    if (response.status === 401 || response.status === 403)
      return bad(
        "token ditolak",
        "Salin ulang QSTASH_URL dan QSTASH_TOKEN dari konsol QStash, region yang sama.",
      );
    if (!response.ok) return bad(`menjawab HTTP ${response.status}`, "Periksa QSTASH_URL.");
    const keys = (await response.json()) as { current?: string; next?: string };
    if (keys.current === current && keys.next === next) return ok("token dan kedua kunci cocok");
    const copy =
      "Salin ulang QSTASH_CURRENT_SIGNING_KEY dan QSTASH_NEXT_SIGNING_KEY dari konsol QStash, lalu npm run deploy.";
    // Deliveries are signed with the current key: as long as we know that one they arrive.
    return keys.current === current || keys.current === next
      ? warn("kunci tanda tangan sudah diganti di QStash; yang berlaku masih kita kenal", copy)
      : bad("kunci tanda tangan berbeda: semua kiriman antrean kita tolak", copy);
  });
}

/** Rupiah; below this the deposit is soon used up. */
const LOW_DEPOSIT = 500_000n;

/** Our deposit at the biller, which needs everything that a purchase needs: address, name, key. */
export function billerCheck(variables: Variables, timeoutMs: number): Check {
  const needed = ["BILLER_BASE_URL", "BILLER_USERNAME", "BILLER_API_KEY"];
  return check("biller", variables, needed, async ([baseUrl = "", username = "", apiKey = ""]) => {
    const biller = createDigiflazz({
      baseUrl,
      username,
      apiKey,
      relaySecret: variables["BILLER_RELAY_SECRET"] || undefined,
      webhookSecret: variables["BILLER_WEBHOOK_SECRET"] ?? "",
      timeoutSeconds: timeoutMs / 1000,
      testing: false,
    });
    let deposit: bigint;
    try {
      deposit = await biller.saldo();
    } catch (error) {
      const explained = billerRefusal(error);
      if (explained) return explained;
      throw error;
    }
    const says = `deposit Rp ${deposit.toLocaleString("id-ID")}`;
    if (deposit < LOW_DEPOSIT) return warn(`${says}, hampir habis`, "Isi deposit di Digiflazz.");
    if (new URL(baseUrl).hostname === "api.digiflazz.com")
      return warn(
        `${says}, dari mesin ini; dari Worker mungkin ditolak (rc 45)`,
        "Worker tidak punya alamat IP tetap: arahkan BILLER_BASE_URL ke perantara yang alamatnya terdaftar di Digiflazz.",
      );
    return ok(says);
  });
}

function billerRefusal(error: unknown): Finding | undefined {
  if (error instanceof TolakanBiller)
    return bad(
      `ditolak Digiflazz, rc ${error.rc}`,
      error.petunjuk ?? "Lihat developer.digiflazz.com/alasan-gagal.",
    );
  const status = /^HTTP (\d+)$/.exec(error instanceof Error ? error.message : "")?.[1];
  if (status === "401" || status === "403")
    return bad(
      `menjawab HTTP ${status}`,
      "BILLER_RELAY_SECRET harus sama dengan rahasia di perantara (BILLER_BASE_URL).",
    );
  if (status)
    return bad(
      `menjawab HTTP ${status}`,
      "BILLER_BASE_URL harus berakhiran /v1; bila memakai perantara, periksa perantara itu.",
    );
  return undefined;
}

/** Whether the channel is there and a phone is paired with it. */
export function whapiCheck(variables: Variables): Check {
  return check("Whapi", variables, ["WHAPI_BASE_URL", "WHAPI_TOKEN"], async ([url, token], signal) => {
    const response = await fetch(`${url}/health`, { headers: bearer(token), signal });
    if (response.status === 401 || response.status === 403)
      return bad("token ditolak", "Salin ulang WHAPI_TOKEN dari kanal di panel Whapi.");
    if (response.status === 402) return bad("kanal belum dibayar", "Bayar langganan kanal di panel Whapi.");
    if (!response.ok)
      return bad(
        `menjawab HTTP ${response.status}`,
        "Periksa WHAPI_BASE_URL, dan status kanal di panel Whapi.",
      );
    const health = (await response.json()) as Health;
    const status = (health.status ?? health.health?.status)?.text;
    return status === "AUTH"
      ? ok("kanal tersambung")
      : warn(
          `kanal belum siap (${String(status).slice(0, 30)})`,
          "Pasangkan ponsel toko dengan kode QR di panel Whapi.",
        );
  });
}

interface Health {
  status?: { text?: string };
  health?: { status?: { text?: string } };
}

/** Whether the Worker answers where vendors call it. */
export function publicCheck(variables: Variables, isLocalCloud: boolean): Check {
  return check("PUBLIC_URL", variables, ["PUBLIC_URL"], async ([url], signal) => {
    const response = await fetch(`${url}/`, { redirect: "manual", signal });
    await response.body?.cancel();
    if (response.ok) return ok("halaman depan menjawab");
    const advice = isLocalCloud
      ? "Lihat terminal npm run dev."
      : response.status >= 500
        ? "Lihat `npx wrangler tail`: not_configured menyebut setiap rahasia yang kurang (npx wrangler secret put NAMA)."
        : "Jalankan npm run deploy, dan periksa bahwa alamat ini rute Worker.";
    return bad(`menjawab HTTP ${response.status}`, advice);
  });
}

/** Seconds by which clocks may differ: a header tells whole seconds, and signatures live for minutes. */
const MAX_SKEW_SECONDS = 5;

/** This machine's clock, and the Worker's, against the clock that QStash signs by. */
export function clockCheck(variables: Variables, now: () => number): Check {
  return check("jam", variables, ["QSTASH_URL"], async ([queue], signal) => {
    const here = await aheadOf(`${queue}/v2/keys`, now, signal);
    if (here === undefined) return warn("tidak diperiksa: QStash tidak menyebut jam", "Coba lagi nanti.");
    const publicUrl = variables["PUBLIC_URL"] ?? "";
    const toWorker = URL.canParse(publicUrl)
      ? await aheadOf(publicUrl, now, signal).catch(() => undefined)
      : undefined;
    if (Math.abs(here) > MAX_SKEW_SECONDS)
      return warn(
        `jam mesin ini ${describe(here)} dari QStash`,
        "Nyalakan penyetelan jam otomatis (NTP): tanda tangan QStash berlaku menurut jam.",
      );
    const worker = toWorker === undefined ? 0 : here - toWorker;
    if (Math.abs(worker) > MAX_SKEW_SECONDS)
      return warn(
        `jam di PUBLIC_URL ${describe(worker)} dari QStash`,
        "Setel jam di sana: tanda tangan QStash berlaku menurut jam.",
      );
    return ok("cocok dengan jam QStash");
  });
}

const describe = (seconds: number) =>
  `${Math.abs(Math.round(seconds))} detik ${seconds > 0 ? "lebih cepat" : "lebih lambat"}`;

/** Seconds by which our clock is ahead of a server's, give or take one; undefined when it tells no time. */
async function aheadOf(url: string, now: () => number, signal: AbortSignal): Promise<number | undefined> {
  const before = now();
  const response = await fetch(url, { redirect: "manual", signal });
  const after = now();
  await response.body?.cancel();
  const theirs = Date.parse(response.headers.get("date") ?? "");
  // The header leaves out the fraction of its second: half of one on the average.
  return Number.isNaN(theirs) ? undefined : ((before + after) / 2 - theirs - 500) / 1000;
}
