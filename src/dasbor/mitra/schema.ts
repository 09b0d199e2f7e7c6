import { z } from "@hono/zod-openapi";
import { idParam, textField } from "../../platform/http/fields.ts";
import { aturMitraSchema } from "../../ppob/mitra/mitra.ts";
import { MAX_ISI } from "../../ppob/saldo/saldo.ts";
import { idSaringan, rupiahIsian, saringan, teksSaringan } from "../kerangka/kerangka.ts";

const _csrf = z.string().max(200).default("");

export const mitraParams = z.strictObject({ id: idParam("id") });

export const mitraQuery = z.strictObject({
  cari: teksSaringan(),
  aktif: saringan(z.enum(["ya", "tidak"])),
  sebelum: idSaringan(),
});
export type MitraQuery = z.output<typeof mitraQuery>;

/** What has just been done, as the redirect says it. */
export const kabarQuery = z.strictObject({
  kabar: z.enum(["terisi", "aktif", "nonaktif", "aturan"]).optional(),
});
export type Kabar = z.output<typeof kabarQuery>["kabar"];

export const isiSaldoFormulir = z.strictObject({
  _csrf,
  jumlah: rupiahIsian(1, MAX_ISI, "500.000"),
  keterangan: textField(1, 200),
  /** Of this very form: sent twice, it is one top-up. */
  kunci: z.uuid(),
});

export const aturMitraFormulir = z.strictObject({ _csrf, aktif: z.enum(["ya", "tidak"]) });

/** As at `PATCH /mitra/{id}`, whose rules these are. */
const aturan = aturMitraSchema.shape;

export const aturanMitraFormulir = z.strictObject({
  _csrf,
  tier: z.string().trim().toLowerCase().pipe(aturan.tier.unwrap()),
  wajib_tanda_tangan: z.enum(["ya", "tidak"]),
  /** One address or network a line. */
  alamat_ip: z
    .string()
    .max(2_000)
    .transform((teks, isu) => {
      const alamat = teks.split(/[\s,]+/).filter((satu) => satu !== "");
      const { data, error } = aturan.alamat_ip.safeParse(alamat);
      if (data) return data;
      const [pertama] = error?.issues ?? [];
      const ke = pertama?.path[0];
      isu.addIssue({
        code: "custom",
        // All lines are one field: which of them is wrong has to be said.
        message: typeof ke === "number" ? `yang ke-${ke + 1} ${pertama?.message}` : "paling banyak 20 alamat",
      });
      return z.NEVER;
    }),
});
