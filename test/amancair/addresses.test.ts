import { expect, test } from "vitest";
import { bodyOf, written } from "../direktori/caller.ts";
import { useWorld } from "../harness.ts";
import { makeAddress } from "../make.ts";
import { testBagian } from "./contoh.ts";
import { bukanTeks, panjang, usePelaku, WAKTU } from "./pelaku.ts";

const world = useWorld();
const pelaku = usePelaku(world);

testBagian(world, pelaku, {
  path: "/addresses",
  table: "addresses",
  status: 201,
  isian: () => ({
    type: "home",
    address_line: "Jl. Melati No. 5\nRT 01",
    city: "Bandung",
    province: "Jawa Barat",
  }),
  menjadi: (isian) => ({ ...isian, postal_code: null, country: "ID", created_at: WAKTU }),
  ubah: { isian: () => ({ province: null }), menjadi: { province: null } },
  tetap: ["created_at"],
  batas: {
    type: { sah: ["home", "work", "billing"], tidak: ["", "Home", "rumah", null, 1] },
    address_line: { sah: ["a", panjang(300), "a\tb\nc"], tidak: [...bukanTeks(300), null] },
    city: { sah: ["a", panjang(100)], tidak: [...bukanTeks(100), null, "a\nb"] },
    province: { sah: ["a", panjang(100), null], tidak: bukanTeks(100) },
    postal_code: { sah: ["40115", "00000", null], tidak: ["", "4011", "401155", "4011a", 40115, "٤٠١١٥"] },
    country: { sah: ["ID", "SG"], tidak: ["", "id", "IDN", "I", null, 1] },
  },
});

test("the audit names what was done to an address, and not where it is", async () => {
  const { caller, orang } = pelaku.nasabah;
  let id = 0;
  const rows = await written(world, async () => {
    ({ id } = await makeAddress(world, orang));
    await bodyOf(caller.put(`/addresses/${id}`, { type: "work", city: "Cimahi" }));
    await caller.delete(`/addresses/${id}`);
  });
  const by = { pelaku: `akun:${orang.id}`, tabel: "addresses", id: String(id) };
  expect(rows).toMatchObject([
    { ...by, aksi: "addresses.buat" },
    { ...by, aksi: "addresses.ubah", rincian: { kolom: ["city", "type"] } },
    { ...by, aksi: "addresses.hapus" },
  ]);
  expect(JSON.stringify(rows)).not.toMatch(/Melati|Bandung|Cimahi/);
});
