import type { World } from "../harness.ts";
import { makeMitra, purchase, type Mitra } from "../make.ts";
import { bodyWith } from "./answers-amancair.ts";
import type { Provoke } from "./answers-direktori.ts";
import type { Operation } from "./document.ts";
import { newKey, type Sample } from "./request-sample.ts";
import { makeDeposit, makeMutasiBank, makeTagihan } from "./samples-ppob.ts";
import { sampleOf, send } from "./samples.ts";

const NOBODYS = Number.MAX_SAFE_INTEGER;

/** How a mitra's money, tickets, bills and messages are got to answer what they document; as in every-answer.test.ts. */
export function mitraAnswers(world: World): {
  GENERIC: Record<string, Provoke>;
  OWN: Record<string, Record<string, Provoke>>;
} {
  const asOwner = (query: string, params: (string | number)[]) => world.cloud.neon.asOwner(query, params);

  /** The valid request of a mitra, also where people may call as well. */
  const byKey = async (operation: Operation): Promise<Sample> =>
    await sampleOf(world, {
      ...operation,
      id: operation.security === "bearer" ? `${operation.id}:mitra` : operation.id,
    });
  /** After something of the mitra's row was changed around the product. */
  const mitraIs =
    (change: string): Provoke =>
    async (operation) => {
      const sample = await byKey(operation);
      await asOwner(
        `update mitra set ${change} where kunci_api_hash = encode(sha256(convert_to($1, 'UTF8')), 'hex')`,
        [sample.headers["x-api-key"] ?? ""],
      );
      return await send(world, sample);
    };
  const signedAs = (timestamp: number) => ({
    headers: { "x-timestamp": String(timestamp), "x-signature": "0".repeat(64) },
  });
  const nobodys: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), {
      path: operation.path.replace("{id}", String(NOBODYS)),
    });
  const including =
    (isian: Record<string, unknown>): Provoke =>
    async (operation) => {
      const sample = await sampleOf(world, operation);
      return await send(world, sample, { body: bodyWith(sample, isian) });
    };
  const again: Provoke = async (operation) => {
    const sample = await sampleOf(world, operation);
    await send(world, sample);
    return await send(world, sample);
  };
  /** The same request of a mitra that has nothing. */
  const ofAnother: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), {
      headers: { "x-api-key": (await makeMitra(world)).apiKey },
    });
  /** The same request of a mitra without any balance. */
  const penniless: Provoke = async (operation) =>
    await send(world, await sampleOf(world, operation), {
      headers: { "x-api-key": (await makeMitra(world, { saldo: 0 })).apiKey },
    });
  /** To something that was made for this mitra. */
  const of = async (operation: Operation, mitra: Mitra, id: number, headers: Record<string, string> = {}) =>
    await send(world, await sampleOf(world, operation), {
      path: operation.path.replace("{id}", String(id)),
      headers: { "x-api-key": mitra.apiKey, ...headers },
    });
  const GENERIC: Record<string, Provoke> = {
    MITRA_NONAKTIF: mitraIs("aktif = false"),
    ALAMAT_IP_DITOLAK: mitraIs("alamat_ip = '{203.0.113.7}'"),
    TANDA_TANGAN_TIDAK_COCOK: async (operation) =>
      await send(world, await byKey(operation), signedAs(world.deps.clock.now().getTime())),
    TANDA_TANGAN_WAJIB: mitraIs("wajib_tanda_tangan = true"),
    TANDA_TANGAN_BASI: async (operation) =>
      await send(world, await byKey(operation), signedAs(world.deps.clock.now().getTime() - 300_001)),
    TANDA_TANGAN_TERPAKAI: async (operation) => {
      const sample = await byKey(operation);
      const signed = signedAs(world.deps.clock.now().getTime());
      await send(world, sample, signed);
      return await send(world, sample, signed);
    },
    CALLBACK_TIDAK_ADA: ofAnother,
    KIRIMAN_TIDAK_ADA: nobodys,
    DEPOSIT_TIDAK_ADA: nobodys,
    DEPOSIT_SELESAI: again,
    TAGIHAN_TIDAK_ADA: nobodys,
    TRANSAKSI_TIDAK_ADA: nobodys,
  };
  const OWN: Record<string, Record<string, Provoke>> = {
    aturMitraSendiri: { ALAMAT_IP_SENDIRI: including({ alamat_ip: ["203.0.113.7"] }) },
    pasangCallback: { ALAMAT_CALLBACK_DITOLAK: including({ url: "http://toko.example.com/hook" }) },
    ulangKiriman: {
      CALLBACK_MATI: async (operation) => {
        const sample = await sampleOf(world, operation);
        await world.request("/mitra/callback", { method: "DELETE", headers: sample.headers });
        return await send(world, sample);
      },
    },
    bukaDeposit: {
      DEPOSIT_TERBUKA_PENUH: async (operation) => {
        const sample = await sampleOf(world, operation);
        for (let at = 0; at < 5; at += 1) await send(world, sample);
        return await send(world, sample);
      },
      KODE_UNIK_PENUH: async (operation) => {
        const sample = await sampleOf(world, operation);
        await asOwner(
          `insert into deposit (mitra_id, jumlah, total, status, dibuat_pada, berlaku_sampai, terkunci_sampai)
            select $1, $2::bigint, $2::bigint + kode, 'batal', app.jam(), app.jam(), app.jam() + interval '1 hour'
            from generate_series(1, 999) kode`,
          [(await makeMitra(world)).id, Number(sample.body?.["jumlah"])],
        );
        return await send(world, sample);
      },
    },
    konfirmasiDeposit: {
      MUTASI_BANK_TIDAK_ADA: including({ mutasi_bank_id: newKey() }),
      MUTASI_BANK_TERPAKAI: async (operation) => {
        const sample = await sampleOf(world, operation);
        await send(world, sample);
        const { id } = await makeDeposit(world);
        return await send(world, sample, { path: operation.path.replace("{id}", String(id)) });
      },
      JUMLAH_BERBEDA: async (operation) =>
        await including({ mutasi_bank_id: await makeMutasiBank(world, 1) })(operation),
      SALDO_TERLALU_BESAR: async (operation) => {
        const { id, total } = await makeDeposit(world, await makeMitra(world, { saldo: NOBODYS }));
        const sample = await sampleOf(world, operation);
        return await send(world, sample, {
          path: operation.path.replace("{id}", String(id)),
          body: bodyWith(sample, { mutasi_bank_id: await makeMutasiBank(world, total) }),
        });
      },
    },
    webhookBank: {
      // Whatever is said in an object is taken in.
      VALIDASI_GAGAL: async (operation) => await send(world, await sampleOf(world, operation), { body: "1" }),
    },
    tanyaTagihan: {
      SALDO_TIDAK_CUKUP: penniless,
      TAGIHAN_SEDANG_DITANYAKAN: async (operation) => {
        const sample = await sampleOf(world, operation);
        const { produk_id: produkId, nomor_pelanggan: nomor, ...isian } = sample.body ?? {};
        await asOwner(
          `insert into tagihan (mitra_id, produk_id, kode_produk, nomor_pelanggan, isian, diminta_pada)
            select id, $2, 'pln', $3, $4, app.jam() from mitra
            where kunci_api_hash = encode(sha256(convert_to($1, 'UTF8')), 'hex')`,
          [
            sample.headers["x-api-key"] ?? "",
            Number(produkId),
            String(nomor),
            Object.values(isian).join("|"),
          ],
        );
        return await send(world, sample);
      },
      TAGIHAN_DITOLAK: including({ nomor_pelanggan: "530000000003" }),
      TAGIHAN_TERLALU_SERING: async (operation) => {
        const sample = await sampleOf(world, operation);
        for (let at = 0; at < 10; at += 1)
          await send(world, sample, { body: bodyWith(sample, { nomor_pelanggan: `53000000010${at}` }) });
        return await send(world, sample);
      },
    },
    cekPln: { SALDO_TIDAK_CUKUP: penniless, TAGIHAN_DITOLAK: including({ nomor: "530000000003" }) },
    bayarTagihan: {
      SALDO_TIDAK_CUKUP: async (operation) => {
        const mitra = await makeMitra(world, { saldo: 1 });
        return await of(operation, mitra, await makeTagihan(world, mitra));
      },
      TAGIHAN_KEDALUWARSA: async (operation) => {
        const mitra = await makeMitra(world);
        const id = await makeTagihan(world, mitra);
        await asOwner("update tagihan set berlaku_sampai = app.jam() where id = $1", [id]);
        return await of(operation, mitra, id);
      },
      TAGIHAN_SUDAH_DIBAYAR: async (operation) => {
        const mitra = await makeMitra(world);
        const id = await makeTagihan(world, mitra);
        await of(operation, mitra, id, { "idempotency-key": newKey() });
        return await of(operation, mitra, id, { "idempotency-key": newKey() });
      },
      TAGIHAN_BERUBAH: async (operation) => {
        const mitra = await makeMitra(world);
        const old = await makeTagihan(world, mitra);
        await asOwner(
          "update tagihan set dijawab_pada = dijawab_pada - interval '61 seconds' where id = $1",
          [old],
        );
        await of(operation, mitra, await makeTagihan(world, mitra));
        return await of(operation, mitra, old);
      },
      KUNCI_DIPAKAI: async (operation) => {
        const mitra = await makeMitra(world);
        const key = newKey();
        await purchase(world, mitra, { ref_id: key });
        return await of(operation, mitra, await makeTagihan(world, mitra), { "idempotency-key": key });
      },
    },
  };
  return { GENERIC, OWN };
}
