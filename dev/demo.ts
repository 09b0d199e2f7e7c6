// `npm run demo`: plays the printed purchase of document 001 against a running server, showing each request and answer.
const target = process.env["ORIGIN"] ?? `http://127.0.0.1:${process.env["PORT"] ?? "8000"}`;

interface Step {
  method: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

async function show({ method, path, headers = {}, body }: Step): Promise<Record<string, unknown>> {
  console.log(`\n> ${method} ${path}${body ? `\n> ${JSON.stringify(body)}` : ""}`);
  const response = await fetch(target + path, {
    method,
    headers: { ...headers, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  console.log(`< ${response.status} ${answer}`);
  if (!response.ok) throw new Error(`${method} ${path} menjawab ${response.status}`);
  return JSON.parse(answer) as Record<string, unknown>;
}

async function play(): Promise<void> {
  const keys = await show({
    method: "POST",
    path: "/register",
    body: { nama: "Budi Santoso", email: `budi${Date.now()}@mail.com`, hp: "08123456789" },
  });
  const headers = { "x-api-key": String(keys["api_key"]) };
  await show({ method: "GET", path: "/produk", headers });
  const bought = await show({
    method: "POST",
    path: "/beli",
    headers,
    body: { produk_id: 1, nomor_tujuan: "08123456789", nominal: 10_000 },
  });
  const started = performance.now();
  for (;;) {
    const { status } = await show({ method: "GET", path: `/status/${String(bought["id"])}`, headers });
    if (status === "sukses" || status === "gagal") break;
    if (performance.now() - started > 30_000) throw new Error("belum selesai setelah 30 detik");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  console.log(`\nselesai dalam ${((performance.now() - started) / 1000).toFixed(1)} detik`);
  await show({ method: "GET", path: "/riwayat", headers });
}

try {
  await play();
} catch (error) {
  const unreachable = error instanceof TypeError;
  console.error(
    unreachable ? `\n${target} tidak menjawab; jalankan dulu: npm run dev` : `\n${String(error)}`,
  );
  process.exitCode = 1;
}
