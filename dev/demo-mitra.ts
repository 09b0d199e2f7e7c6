// `npm run demo:mitra`: plays a reseller's whole day against a running server.
import { playDay } from "./hari-mitra.ts";

const target = process.env["ORIGIN"] ?? `http://127.0.0.1:${process.env["PORT"] ?? "8000"}`;
const started = performance.now();

try {
  await playDay({
    request: async (path, init) => await fetch(target + path, init),
    say: (line) => console.log(line),
    afterStep: async () => console.log("  buku seimbang"),
  });
  console.log(`\nsehari penuh dalam ${((performance.now() - started) / 1000).toFixed(1)} detik`);
} catch (error) {
  const unreachable = error instanceof TypeError && error.message === "fetch failed";
  console.error(
    unreachable ? `\n${target} tidak menjawab; jalankan dulu: npm run dev` : `\n${String(error)}`,
  );
  process.exitCode = 1;
}
