// `npm run doctor`: what is configured, whom it reaches, and what to do about the rest.
import { parseArgs } from "node:util";
import { runExamination } from "./doctor/examination.ts";
import { findSubject } from "./doctor/variables.ts";
import { SettingsError } from "./settings.ts";

const HELP = `Pemakaian: npm run doctor -- [--env <berkas>]

Memeriksa konfigurasi dan setiap layanan yang dipakai Satu Pintu, lalu mengatakan apa yang perlu dilakukan.
Tidak mengubah apa pun, dan tidak pernah menampilkan rahasia.

  --env <berkas>   variabel berbentuk KEY=value; tanpa ini .dev.vars bila ada, lalu lingkungan (environment)
  --help           penjelasan ini

Tanpa konfigurasi apa pun yang diperiksa adalah awan lokal dari npm run dev (PORT dan PORT_BASE dihormati).
✓ baik, ! perlu dilihat, ✗ harus diperbaiki; kode keluar 1 bila ada ✗.`;

process.exitCode = await main();
// Whoever still holds a connection open does not hold us.
setTimeout(() => process.exit(), 500).unref();

async function main(): Promise<number> {
  try {
    const { env: file, help } = parseArgs({
      options: { env: { type: "string" }, help: { type: "boolean", short: "h" } },
    }).values;
    if (help) {
      console.log(HELP);
      return 0;
    }
    return await runExamination(findSubject(file, process.env), (line) => console.log(line));
  } catch (error) {
    const isTheirs = error instanceof SettingsError || (error instanceof TypeError && "code" in error);
    console.error(isTheirs ? `${error.message}\n\n${HELP}` : error);
    return 1;
  }
}
