/** What a check came to. `says` and `advice` are for people, in Indonesian; `advice` is what to do. */
export interface Finding {
  level: "ok" | "warn" | "bad";
  says: string;
  advice?: string;
}

export interface Check {
  name: string;
  /** May throw: what went wrong on the way is explained by whoever runs it. `signal` ends what is under way. */
  run: (signal: AbortSignal) => Promise<Finding> | Finding;
}

/** A check and how long it took. */
export interface Examined extends Finding {
  name: string;
  ms: number;
}

/** As it should be. */
export const ok = (says: string): Finding => ({ level: "ok", says });
/** Works, and somebody should look. */
export const warn = (says: string, advice: string): Finding => ({ level: "warn", says, advice });
/** Does not work. */
export const bad = (says: string, advice: string): Finding => ({ level: "bad", says, advice });

/** Runs every check at once; none takes longer than `timeoutMs`, whatever it waits for. */
export async function examine(checks: readonly Check[], timeoutMs: number): Promise<Examined[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => {
      const started = performance.now();
      const finding = await within(timeoutMs, run).catch((error: unknown) => unreachable(error, timeoutMs));
      return { name, ms: Math.round(performance.now() - started), ...finding };
    }),
  );
}

async function within(timeoutMs: number, run: Check["run"]): Promise<Finding> {
  const stop = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new DOMException("terlalu lama", "TimeoutError"));
    stop.abort();
  }, timeoutMs);
  try {
    return await Promise.race([late.promise, (async () => run(stop.signal))()]);
  } finally {
    clearTimeout(timer);
  }
}

const NETWORK: Record<string, [says: string, advice: string]> = {
  ENOTFOUND: ["nama host tidak dikenal", "Periksa ejaan alamatnya, dan DNS di mesin ini."],
  EAI_AGAIN: ["nama host tidak dapat dicari", "Periksa sambungan internet di mesin ini."],
  ECONNREFUSED: ["tidak ada yang menjawab di alamat itu", "Periksa alamat dan port; lokal: npm run dev."],
  ECONNRESET: ["sambungan diputus", "Coba lagi; bila tetap, periksa alamat dan layanannya."],
  UND_ERR_SOCKET: ["sambungan diputus", "Coba lagi; bila tetap, periksa alamat dan layanannya."],
  CERT_HAS_EXPIRED: ["sertifikatnya kedaluwarsa", "Perbarui sertifikat di alamat itu."],
};

/** Of a check that ended with an error: nobody answered, or nothing that can be read. */
function unreachable(error: unknown, timeoutMs: number): Finding {
  const chain = causes(error);
  if (chain.some(({ name }) => name === "TimeoutError" || name === "AbortError"))
    return bad(
      `tidak menjawab dalam ${timeoutMs / 1000} detik`,
      "Periksa alamatnya, dan halaman status layanan itu.",
    );
  for (const { code } of chain) {
    const known = NETWORK[code];
    if (known) return bad(...known);
  }
  const says = chain.at(-1)?.message.split("\n")[0]?.slice(0, 200);
  return bad(says || "gagal", "Periksa nilainya di konfigurasi; bila sudah benar, coba lagi.");
}

/** An error and what it comes from: `fetch` and the database's driver say only there what happened. */
function causes(error: unknown): { name: string; message: string; code: string }[] {
  if (!(error instanceof Error)) return [];
  const { name, message } = error;
  const own = { name, message, code: "code" in error ? String(error.code) : "" };
  const inner = "sourceError" in error ? error.sourceError : error.cause;
  const first = inner instanceof AggregateError ? inner.errors[0] : inner;
  return [own, ...causes(first)];
}
