import { expect, test } from "vitest";
import { jobDeps } from "../../src/deps.ts";
import type { Biller, HasilBiller } from "../../src/ppob/biller/biller.ts";
import { prosesTransaksi, sapu, HANDS, type JobDeps } from "../../src/ppob/transaksi/jobs.ts";
import { until, useWorld } from "../harness.ts";
import { balances, makeMitra, purchase, statusOf } from "../make.ts";

// What happens between a claim and its settlement, with a biller and a clock that the test holds in its hands.
const world = useWorld({ env: { BILLER_TIMEOUT_SECONDS: "20", BILLER_RECHECK_SECONDS: "30" } });

const SUKSES: HasilBiller = {
  hasil: "sukses",
  dikenal: true,
  rc: "00",
  pesan: "",
  alasan: "",
  sn: "1",
  harga: 10_900n,
  bolehCadangan: false,
  daftarBasi: false,
  petunjuk: null,
};
const DITOLAK: HasilBiller = {
  ...SUKSES,
  hasil: "ditolak",
  rc: "44",
  alasan: "gangguan",
  sn: null,
  harga: null,
};

interface Hand {
  deps: JobDeps;
  asked: string[];
}

/** A holder of claims whose biller answers what `answer` says. */
function hand(answer: () => Promise<HasilBiller>, changes: Partial<JobDeps> = {}): Hand {
  const asked: string[] = [];
  const ask = (question: string) => async () => {
    asked.push(question);
    return await answer();
  };
  const biller: Biller = { ...world.deps.biller, beli: ask("beli"), status: ask("status") };
  return { deps: { ...jobDeps(world.deps), biller, ...changes }, asked };
}

/** A purchase whose message never comes. */
async function waiting(): Promise<{ id: number; mitra: Awaited<ReturnType<typeof makeMitra>> }> {
  world.cloud.qstash.script.dropNext(1);
  const mitra = await makeMitra(world, { saldo: 12_000 });
  const id = await purchase(world, mitra);
  await world.idle();
  return { id, mitra };
}

const row = async (id: number) => {
  const [found] = await world.cloud.neon.asOwner(
    `select t.status, extract(epoch from t.lanjut_pada - now())::int as detik, p.ditanya, p.dikirim_pada is null as baru
     from transaksi t join percobaan p on p.transaksi_id = t.id where t.id = $1`,
    [id],
  );
  return found;
};

const makeDue = (id: number) =>
  world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = $1", [id]);

test("a claim outlives the biller's timeout and the pause between two questions, however late the question starts", async () => {
  const { id } = await waiting();
  let release: (hasil: HasilBiller) => void = () => {};
  const answered = new Promise<HasilBiller>((resolve) => (release = resolve));
  const { deps, asked } = hand(() => answered);
  const working = prosesTransaksi(deps, id);
  await until(() => asked.length === 1);
  // max(timeout 20, pause 30) + 15, less the moments since.
  expect(Number((await row(id))?.["detik"])).toBeGreaterThan(40);
  expect(Number((await row(id))?.["detik"])).toBeLessThanOrEqual(45);
  // Meanwhile nobody else gets it, neither by message nor by sweep.
  const second = hand(async () => SUKSES);
  await prosesTransaksi(second.deps, id);
  await sapu(second.deps);
  expect(second.asked).toEqual([]);
  release(SUKSES);
  await working;
  expect((await row(id))?.["status"]).toBe("sukses");
});

test("whoever wakes up late gives the claim back unused, and a refusal of the next is still the only answer", async () => {
  const { id, mitra } = await waiting();
  let now = Date.now();
  const sleeper = hand(async () => SUKSES, {
    clock: {
      // Each look at the clock is ten seconds later: the claim was answered late.
      now: () => new Date((now += 10_000)),
    },
  });
  await prosesTransaksi(sleeper.deps, id);
  expect(sleeper.asked).toEqual([]);
  expect(await row(id)).toMatchObject({ status: "proses", ditanya: "0", baru: "t" });
  const next = hand(async () => DITOLAK);
  await prosesTransaksi(next.deps, id);
  expect(next.asked).toEqual(["beli"]);
  expect((await statusOf(world, mitra, id)).status).toBe("gagal");
  expect(await balances(world, mitra)).toEqual({ tersedia: 12_000, ditahan: 0 });
});

test("a claim is given back only while nobody has claimed since", async () => {
  const { id } = await waiting();
  const first = hand(async () => ({ ...SUKSES, hasil: "tunda", rc: "03" }));
  await prosesTransaksi(first.deps, id);
  await makeDue(id);
  await prosesTransaksi(first.deps, id);
  expect(first.asked).toEqual(["beli", "status"]);
  const [given] = await world.cloud.neon.asOwner(
    "select app.lepaskan(p.ref_id, 1) as diberikan from percobaan p, app.masuk_layanan('uji') where p.transaksi_id = $1",
    [id],
  );
  expect(given).toEqual({ diberikan: "f" });
  expect(await row(id)).toMatchObject({ ditanya: "2", baru: "f" });
  await makeDue(id);
  await prosesTransaksi(hand(async () => SUKSES).deps, id);
});

test("the database failing for a moment does not lose the biller's answer", async () => {
  const { id } = await waiting();
  world.cloud.neon.faults.next({ kind: "refuse" }, 2, ({ body }) => body.includes("terapkan_hasil"));
  const { deps, asked } = hand(async () => DITOLAK);
  await prosesTransaksi(deps, id);
  expect(asked).toEqual(["beli"]);
  expect((await row(id))?.["status"]).toBe("gagal");
});

test("a sweep holds at most six purchases at once, and one that cannot be settled does not stop it", async () => {
  const ids: number[] = [];
  for (let n = 0; n < 20; n++) ids.push((await waiting()).id);
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = any ($1)", [
    `{${ids.join(",")}}`,
  ]);
  const [poisoned] = await world.cloud.neon.asOwner("select ref_id from percobaan where transaksi_id = $1", [
    ids[0] ?? 0,
  ]);
  world.cloud.neon.faults.always(
    { kind: "answer", status: 400, body: '{"message":"racun","code":"XX000"}' },
    ({ body }) => body.includes("terapkan_hasil") && body.includes(String(poisoned?.["ref_id"])),
  );
  let atOnce = 0;
  let most = 0;
  const { deps, asked } = hand(async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    // The first ones wait for each other, so that all hands are seen at once.
    await until(() => asked.length >= HANDS);
    atOnce -= 1;
    return SUKSES;
  });
  expect(await sapu(deps)).toBe(20);
  expect(HANDS).toBe(6);
  expect(most).toBe(HANDS);
  const rows = await world.cloud.neon.asOwner("select id, status from transaksi where id = any ($1)", [
    `{${ids.join(",")}}`,
  ]);
  expect(rows.filter(({ status }) => status === "sukses").length).toBe(19);
  expect(world.log).toContainEqual(
    expect.objectContaining({ level: "error", event: "sweep_failed", transaksi_id: ids[0] }),
  );
  world.cloud.neon.faults.clear();
  await makeDue(ids[0] ?? 0);
  expect(await sapu(deps)).toBe(1);
});

test("a sweep that loses the database finishes what it has in hand before it says so", async () => {
  const ids: number[] = [];
  for (let n = 0; n < 3; n++) ids.push((await waiting()).id);
  await world.cloud.neon.asOwner("update transaksi set lanjut_pada = now() where id = any ($1)", [
    `{${ids.join(",")}}`,
  ]);
  // Three hands find work; the first of the other three cannot even ask.
  let claims = 0;
  world.cloud.neon.faults.next(
    { kind: "refuse" },
    1,
    ({ body }) => body.includes("app.klaim") && ++claims > 3,
  );
  const { deps } = hand(async () => {
    await until(() => claims > 3);
    return SUKSES;
  });
  await expect(sapu(deps)).rejects.toMatchObject({ name: "LAYANAN_TIDAK_TERSEDIA" });
  for (const id of ids) expect((await row(id))?.["status"]).toBe("sukses");
});

test("a sweep takes nothing more up when the next one is about to start", async () => {
  const { id } = await waiting();
  await makeDue(id);
  let now = Date.now();
  const { deps, asked } = hand(async () => SUKSES, { clock: { now: () => new Date((now += 51_000)) } });
  expect(await sapu(deps)).toBe(0);
  expect(asked).toEqual([]);
  await sapu(hand(async () => SUKSES).deps);
});

test("people can end what stays open, once, with a reason that the mitra reads", async () => {
  const { id, mitra } = await waiting();
  const { deps } = hand(async () => ({ ...SUKSES, hasil: "tunda", rc: null }));
  await prosesTransaksi(deps, id);
  const decide = (hasil: string, alasan: string) =>
    world.cloud.neon.asOwner("select sesudah, janggal from app.putuskan($1, $2, $3)", [id, hasil, alasan]);
  await expect(decide("gagal", " ")).rejects.toThrow("alasan");
  await expect(decide("tunda", "nanti")).rejects.toThrow("putuskan");
  expect(await decide("gagal", "tidak ada di buku biller")).toEqual([{ sesudah: "gagal", janggal: null }]);
  expect(await statusOf(world, mitra, id)).toMatchObject({
    status: "gagal",
    hasil_eksekusi: "Transaksi PPOB gagal: tidak ada di buku biller. Saldo dikembalikan.",
  });
  expect(await decide("sukses", "ternyata ada")).toEqual([
    { sesudah: "gagal", janggal: "SUKSES_SETELAH_GAGAL" },
  ]);
  expect(await balances(world, mitra)).toEqual({ tersedia: 12_000, ditahan: 0 });
});
