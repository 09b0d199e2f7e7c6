import { constant, constantFrom, nat, oneof, record, type Arbitrary } from "fast-check";
import { expect } from "vitest";
import type { ManualClock } from "../../dev/clock.ts";
import { errorOf } from "./engines.ts";
import { BEBAS, SEWA, TETAP, type Ledger, type Mitra } from "./ledger.ts";

export const MODAL = 90_000;
const JEDA = 60;

type Hasil = "sukses" | "gagal" | "kembali" | "ditolak" | "tunda";

type Langkah =
  | { buat: "beli"; produk: number; nominal: number }
  | { buat: "klaim"; mana: number }
  | { buat: "sapu" }
  | { buat: "waktu"; detik: number }
  | { buat: "hasil"; mana: number; hasil: Hasil; harga: number | null; sumber: "webhook" | "balasan" }
  /** A whole question to the biller: claim it, hear a result, apply that to what was claimed. */
  | { buat: "cek"; mana: number; hasil: Hasil; harga: number | null };

const mana = nat(4);
const hasilArb = constantFrom<Hasil>("sukses", "gagal", "kembali", "ditolak", "tunda");
const hargaArb = constantFrom(null, 0, 1, 9_000, 12_000, 12_001, 50_000);
export const langkah: Arbitrary<Langkah> = oneof(
  record({
    buat: constant("beli" as const),
    produk: constantFrom(TETAP, BEBAS),
    nominal: constantFrom(10_000, 25_000),
  }),
  record({ buat: constant("klaim" as const), mana }),
  record({ buat: constant("sapu" as const) }),
  record({ buat: constant("waktu" as const), detik: constantFrom(1, 15, SEWA, JEDA) }),
  {
    weight: 4,
    arbitrary: record({
      buat: constant("hasil" as const),
      mana,
      hasil: hasilArb,
      harga: hargaArb,
      sumber: constantFrom("webhook" as const, "balasan" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: record({ buat: constant("cek" as const), mana, hasil: hasilArb, harga: hargaArb }),
  },
);

interface Bought {
  id: string;
  refId: string;
  harga: number;
  status: "pending" | "proses" | "sukses" | "gagal";
  ditanya: number;
  /** By the clock, in milliseconds. */
  lanjut: number;
  /** What the biller took, of a success. */
  biaya: number;
}

/** What the books should say, told in TypeScript; each step is made in the database too and the two are compared. */
export class Model {
  #clock: ManualClock;
  #mitra: Mitra;
  #ledger: Ledger;
  #tersedia = MODAL;
  #bought: Bought[] = [];

  constructor(clock: ManualClock, mitra: Mitra, ledger: Ledger) {
    this.#clock = clock;
    this.#mitra = mitra;
    this.#ledger = ledger;
  }

  async run(step: Langkah): Promise<void> {
    if (step.buat === "waktu") return this.#clock.advance(step.detik * 1000);
    if (step.buat === "beli") return await this.#buy(step);
    if (step.buat === "sapu") return await this.#sweep();
    const one = this.#bought[step.mana];
    if (!one) return;
    if (step.buat === "klaim") await this.#claim(one);
    else if (step.buat === "hasil")
      await this.#apply(one, step.hasil, step.harga, step.sumber === "webhook" ? null : JEDA);
    else if (await this.#claim(one)) await this.#apply(one, step.hasil, step.harga, JEDA);
  }

  /** Nothing stays open behind a run. */
  async finish(): Promise<void> {
    for (const one of this.#bought) if (isOpen(one)) await this.#apply(one, "gagal", null, null);
    await this.compare();
  }

  async compare(): Promise<void> {
    const open = this.#bought.filter(isOpen);
    const ditahan = open.reduce((sum, { harga }) => sum + harga, 0);
    expectSame(await this.#ledger.saldo(this.#mitra), { tersedia: this.#tersedia, ditahan });
    for (const one of this.#bought) {
      const { status, ditanya, lanjut } = await this.#ledger.lihat(one.id);
      expectSame({ status, ditanya }, { status: one.status, ditanya: String(one.ditanya) });
      if (isOpen(one)) expectSame(Number(lanjut), (one.lanjut - this.#clock.now()) / 1000);
      const journals = await this.#ledger.jurnal(one.id);
      const biller = (journals["sukses"]?.["biller"] ?? 0) + (journals["kembali"]?.["biller"] ?? 0);
      const margin = (journals["sukses"]?.["pendapatan"] ?? 0) + (journals["kembali"]?.["pendapatan"] ?? 0);
      const isSukses = one.status === "sukses";
      expectSame([biller, margin], isSukses ? [one.biaya, one.harga - one.biaya] : [0, 0]);
    }
  }

  async #buy({ produk, nominal }: { produk: number; nominal: number }): Promise<void> {
    const harga = produk === TETAP ? 12_000 : nominal + 1_500;
    const beli = this.#ledger.beli(this.#mitra, { produk, nominal: produk === TETAP ? null : nominal });
    if (harga > this.#tersedia) {
      expectSame((await errorOf(beli)).code, "PT402");
      return;
    }
    const { id } = await beli;
    this.#tersedia -= harga;
    const refId = await this.#ledger.refId(id);
    const lanjut = this.#clock.now() + 15_000;
    this.#bought.push({ id, refId, harga, status: "pending", ditanya: 0, lanjut, biaya: 0 });
  }

  async #claim(one: Bought): Promise<boolean> {
    const free = one.status === "pending" || (one.status === "proses" && one.lanjut <= this.#clock.now());
    const claims = await this.#ledger.klaim(one.id);
    expectSame(
      claims.map(({ ref_id: refId }) => refId),
      free ? [one.refId] : [],
    );
    if (free) {
      const { pertama, ditanya, kedaluwarsa } = claims[0] ?? {};
      expectSame([pertama, ditanya, kedaluwarsa], [one.ditanya === 0, one.ditanya + 1, false]);
      this.#taken(one);
    }
    return free;
  }

  async #sweep(): Promise<void> {
    const due = this.#bought.filter((one) => isOpen(one) && one.lanjut <= this.#clock.now());
    const ours = new Set(this.#bought.map(({ refId }) => refId));
    const claims = (await this.#ledger.klaim(null)).filter(({ ref_id: refId }) => ours.has(refId));
    expectSame(claims.map(({ ref_id: refId }) => refId).toSorted(), due.map(({ refId }) => refId).toSorted());
    for (const one of due) this.#taken(one);
  }

  #taken(one: Bought): void {
    one.status = "proses";
    one.ditanya += 1;
    one.lanjut = this.#clock.now() + SEWA * 1000;
  }

  async #apply(one: Bought, hasil: Hasil, harga: number | null, lanjut: number | null): Promise<void> {
    const applied = await this.#ledger.hasil(one.refId, hasil, { harga, lanjut });
    const sebelum = one.status;
    const expected = this.#expect(one, hasil, harga, lanjut);
    expectSame(applied, { transaksi_id: one.id, sebelum, sesudah: one.status, janggal: expected });
    if (sebelum === "gagal") expectSame(one.status, "gagal");
    if (sebelum === "sukses" && hasil !== "kembali") expectSame(one.status, "sukses");
    if (applied?.sesudah === "pending") expectSame(sebelum, "pending");
  }

  /** Moves the model; returns what has to be reported. */
  #expect(one: Bought, hasil: Hasil, harga: number | null, lanjut: number | null): string | null {
    const refusedFirst = hasil === "ditolak" && one.ditanya === 1;
    const fails = hasil === "gagal" || hasil === "kembali" || refusedFirst;
    if (isOpen(one) && hasil === "sukses") {
      one.status = "sukses";
      one.biaya = Math.min(harga ?? one.harga, one.harga);
      return harga !== null && harga > one.harga ? "HARGA_BILLER_MELEBIHI" : null;
    }
    if (isOpen(one) && fails) {
      one.status = "gagal";
      this.#tersedia += one.harga;
      return null;
    }
    if (isOpen(one)) {
      if (lanjut !== null) one.lanjut = this.#clock.now() + lanjut * 1000;
      return hasil === "ditolak" ? "CEK_DITOLAK" : null;
    }
    if (one.status === "sukses" && hasil === "kembali") {
      one.status = "gagal";
      this.#tersedia += one.harga;
      return null;
    }
    if (one.status === "sukses" && fails) return "GAGAL_SETELAH_SUKSES";
    return one.status === "gagal" && hasil === "sukses" ? "SUKSES_SETELAH_GAGAL" : null;
  }
}

function isOpen({ status }: Bought): boolean {
  return status === "pending" || status === "proses";
}

function expectSame(seen: unknown, expected: unknown): void {
  expect(seen).toEqual(expected);
}
