import { expect, test } from "vitest";
import { refusalOf } from "../answers.ts";
import { useWorld } from "../harness.ts";
import { makeAkun, makeMitra } from "../make.ts";
import { eachKind, readOperations } from "./document.ts";
import { sampleOf, send } from "./samples.ts";

// Who sends `x-api-key` is a reseller, whatever else it sends: the key decides, and opens what is for resellers only.

const world = useWorld();
const operations = await readOperations();

type Row = Record<string, string>;

/** What a reseller's key can be, and a token beside it. */
const KEYS = {
  right: async () => await keyOf(),
  wrong: async () => ({ "x-api-key": "a".repeat(64) }),
  empty: async () => ({ "x-api-key": "" }),
  "of a mitra that is switched off": async () => {
    const { id, apiKey } = await makeMitra(world);
    await world.cloud.neon.asOwner("update mitra set aktif = false where id = $1", [id]);
    return { "x-api-key": apiKey };
  },
  "rotated away": async () => {
    const key = await keyOf();
    await world.request("/generate-key", { method: "POST", headers: key });
    return key;
  },
  "right beside a dead token": async () => ({ ...(await keyOf()), authorization: "Bearer x.y.z" }),
  "wrong beside a live token": async () => ({ "x-api-key": "a".repeat(64), ...(await tokenOfStaff()) }),
  "empty beside a live token": async () => ({ "x-api-key": "", ...(await tokenOfStaff()) }),
};

const WRONG_KEY = "401 kunci-api-salah";
const byKey = (success: string): Row => ({
  right: success,
  wrong: WRONG_KEY,
  empty: WRONG_KEY,
  "of a mitra that is switched off": "403 mitra-nonaktif",
  "rotated away": WRONG_KEY,
  "right beside a dead token": success,
  "wrong beside a live token": WRONG_KEY,
  "empty beside a live token": WRONG_KEY,
});
/** What resellers may call with a key, and nobody may call with a bad one. */
const FOR_MITRA =
  `rotasiKunci mitraSendiri aturMitraSendiri cekSaldo mutasiSaldo daftarProduk operatorNomor beli statusTransaksi
  riwayatTransaksi laporanTransaksi strukTransaksi bukaDeposit semuaDeposit batalDeposit tanyaTagihan satuTagihan bayarTagihan
  cekPln lihatCallback pasangCallback hapusCallback daftarKiriman ulangKiriman ujiCallback terbitkanOtp verifikasiOtp`.split(
    /\s+/,
  );

test("the list is right: these operations take an API key, and no others", () => {
  const taking = operations.filter(({ schemes }) => schemes.includes("kunciApi"));
  expect(taking.map(({ id }) => id).sort()).toEqual([...FOR_MITRA].sort());
});

test.each(FOR_MITRA)("%s with an API key", async (id) => {
  const [operation] = eachKind(operations).filter(
    (one) => one.security === "kunciApi" && one.id.startsWith(id),
  );
  if (!operation) throw new Error(`${id} takes no API key`);
  const met: Row = {};
  for (const [name, headersOf] of Object.entries(KEYS)) {
    const sample = await sampleOf(world, operation);
    // A right code is right for the caller whom it was issued to.
    const { "x-api-key": own = "" } = sample.headers;
    const headers: Record<string, string> = await headersOf();
    if (name.startsWith("right")) headers["x-api-key"] = own;
    met[name] = await refusalOf(await send(world, sample, { headers: { authorization: null, ...headers } }));
  }
  expect(met).toEqual(byKey(String(operation.success)));
});

test.each(operations.filter(({ schemes }) => !schemes.includes("kunciApi")))(
  "$id answers the same with an API key as without",
  async (operation) => {
    const [bare, keyed] = [await sampleOf(world, operation), await sampleOf(world, operation)];
    const without = await refusalOf(await send(world, bare, { headers: { authorization: null } }));
    const headers = { authorization: null, ...(await keyOf()) };
    expect(await refusalOf(await send(world, keyed, { headers }))).toBe(without);
    // Whoever may come without credentials is let in by none of them.
    expect(without).toMatch(operation.security === "bearer" ? /^40[13] / : /^2|tanda-tangan/);
  },
);

async function keyOf(): Promise<Record<string, string>> {
  return { "x-api-key": (await makeMitra(world)).apiKey };
}

async function tokenOfStaff(): Promise<Record<string, string>> {
  const { accessToken } = await makeAkun(world, "karyawan");
  return { authorization: `Bearer ${accessToken}` };
}
