import type { Child, FC } from "hono/jsx";
import type { Chat } from "../../whatsapp/chats/chats.ts";
import { ALAMAT, alamatSatu, denganKueri } from "../alamat.ts";
import { waktu, type Pelihat } from "../kerangka/kerangka.ts";
import { LencanaMode, namaChat, nomor } from "./lencana.tsx";
import { MAX_LABEL, type AKSI, type DaftarQuery } from "./schema.ts";
import { jam, selang } from "./waktu.ts";

export interface ObrolanProps {
  chat: Chat;
  query: DaftarQuery;
  pelihat: Pelihat;
  kini: Date;
}

type Pola = "balasChat" | "berkasChat" | "aturChat" | "labelChat";

/** Where a form of a conversation goes; what the list is narrowed by comes back with the page. */
export function alamatFormulir(pola: Pola, id: number, { saring, q }: DaftarQuery): string {
  return denganKueri(alamatSatu(ALAMAT[pola], id), { saring, q });
}

/** A form that works by itself, and with JavaScript without leaving the page. */
export const Kirim: FC<{
  ke: string;
  csrf: string;
  id?: string;
  kelas?: string;
  /** It leads to another page. */
  pergi?: boolean;
  children?: Child;
}> = ({ ke, csrf, id, kelas = "sebaris", pergi, children }) => {
  const di = pergi
    ? {}
    : { "hx-post": ke, "hx-target": "#denyut", "hx-swap": "jalin", "hx-sync": "this:drop" };
  return (
    <form id={id} method="post" action={ke} class={kelas} accept-charset="utf-8" {...di}>
      <input type="hidden" name="_csrf" value={csrf} />
      {children}
    </form>
  );
};

/** Whom the conversation is with, and how it stands. */
export const Keadaan: FC<ObrolanProps> = ({ chat, pelihat, kini }) => {
  const { waId, mode, resumeAt, assignedTo, assignedName, waitingSince } = chat;
  return (
    <div class="keadaan" id="keadaan">
      <h2 dir="auto">{namaChat(chat)}</h2>
      <p>
        <span class="nomor">{nomor(waId)}</span>
        <LencanaMode mode={mode} />
        {mode === "PAUSE" && resumeAt && <span title={waktu(resumeAt)}>sampai {jam(resumeAt)} WIB</span>}
        {assignedTo !== null && (
          <span>
            dipegang {assignedTo === pelihat.akunId ? "Anda" : <bdi>{assignedName ?? "rekan"}</bdi>}
          </span>
        )}
        {waitingSince && <span class="menunggu">menunggu {selang(waitingSince, kini)}</span>}
      </p>
    </div>
  );
};

type Aksi = (typeof AKSI)[number];

function tombolDari({ mode, assignedTo }: Chat, akunId: number): readonly (readonly [Aksi, string])[] {
  const milikSaya = assignedTo === akunId;
  if (mode === "AGENT" && milikSaya)
    return [
      ["bot", "Kembalikan ke bot"],
      ["lepas", "Lepaskan"],
    ];
  return [["ambil", "Ambil alih"], ...(mode === "BOT" ? [] : [["bot", "Kembalikan ke bot"] as const])];
}

/** What can be done at once. */
export const Tindakan: FC<ObrolanProps> = ({ chat, query, pelihat }) => (
  <div class="tindakan" id="tindakan" role="group" aria-label="Tindakan" tabindex={-1}>
    <Kirim ke={alamatFormulir("aturChat", chat.id, query)} csrf={pelihat.csrf}>
      {tombolDari(chat, pelihat.akunId).map(([aksi, judul], ke) => (
        <button
          type="submit"
          id={`aksi-${aksi}`}
          name="aksi"
          value={aksi}
          class={ke === 0 && aksi === "ambil" ? undefined : "sekunder"}
        >
          {judul}
        </button>
      ))}
    </Kirim>
  </div>
);

/** What colleagues sorted the chat under. */
export const Label: FC<ObrolanProps> = ({ chat, query, pelihat }) => (
  <div id="label-chat" class="label-chat">
    {chat.labels.map((label) => (
      <Kirim ke={alamatFormulir("labelChat", chat.id, query)} csrf={pelihat.csrf} kelas="sebaris label-satu">
        <input type="hidden" name="aksi" value="buang" />
        <button type="submit" name="label" value={label} class="sekunder kecil">
          <bdi>{label}</bdi> <span aria-hidden="true">✕</span>
          <span class="tersembunyi"> hapus label</span>
        </button>
      </Kirim>
    ))}
  </div>
);

/** What is done less often: it stays as it is while the page changes, so that nothing that is being typed is lost. */
export const Lainnya: FC<ObrolanProps & { rekan: readonly { id: number; nama: string }[] }> = (props) => {
  const { chat, query, pelihat, rekan } = props;
  const atur = { ke: alamatFormulir("aturChat", chat.id, query), csrf: pelihat.csrf };
  const lain = rekan.filter(({ id }) => id !== pelihat.akunId);
  return (
    <details class="lainnya" id="lainnya">
      <summary>Lainnya</summary>
      <div class="lainnya-isi">
        <Kirim {...atur} kelas="sebaris">
          <FormulirJeda />
        </Kirim>
        {pelihat.peran === "admin" && lain.length > 0 && (
          <Kirim {...atur} kelas="sebaris">
            <label for="kepada">Serahkan kepada</label>
            <select id="kepada" name="kepada" required>
              <option value="">Pilih petugas</option>
              {lain.map(({ id, nama }) => (
                <option value={id}>{nama}</option>
              ))}
            </select>
            <button type="submit" name="aksi" value="serahkan" class="sekunder">
              Serahkan
            </button>
          </Kirim>
        )}
        <Kirim ke={alamatFormulir("labelChat", chat.id, query)} csrf={pelihat.csrf} id="tambah-label">
          <input type="hidden" name="aksi" value="tambah" />
          <label for="label">Label baru</label>
          <input id="label" name="label" type="text" maxlength={MAX_LABEL} required autocomplete="off" />
          <button type="submit" class="sekunder">
            Tambah
          </button>
        </Kirim>
        <Kirim {...atur} kelas="sebaris" pergi>
          <button type="submit" name="aksi" value="belum" class="sekunder">
            Tandai belum dibaca
          </button>
        </Kirim>
      </div>
    </details>
  );
};

/** Silences the bot, for some minutes or until somebody wakes it. */
export const FormulirJeda: FC<{ awal?: string | undefined }> = ({ awal = "" }) => (
  <>
    <label for="menit">Jeda bot (menit)</label>
    <input
      id="menit"
      name="menit"
      type="number"
      min={1}
      max={10_080}
      inputmode="numeric"
      value={awal}
      placeholder="tanpa batas"
      autocomplete="off"
    />
    <button type="submit" name="aksi" value="jeda" class="sekunder">
      Jeda
    </button>
  </>
);
