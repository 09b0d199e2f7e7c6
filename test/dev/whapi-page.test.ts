import { describe, expect, test } from "vitest";
import { BUDI, world } from "./whapi-world.ts";

async function page() {
  const made = await world();
  const { url } = made.whapi;
  const ask = async (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { ...made, url, ask, post };
}

describe("the phone page", () => {
  test.each([
    ["/", "text/html"],
    ["/?nomor=62811111111&nama=Ani", "text/html"],
    ["/ponsel.css", "text/css"],
    ["/ponsel.js", "text/javascript"],
  ])("serves %s as %s, without a token", async (path, type) => {
    const { ask } = await page();
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const policy = response.headers.get("content-security-policy");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
  });

  test("has the places that others look for, and no script or style inside", async () => {
    const { ask } = await page();
    const html = await (await ask("/")).text();
    for (const id of ["nomor", "nama", "tulis", "kirim", "percakapan"]) expect(html).toContain(`id="${id}"`);
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\son\w+=/);
    expect(await (await ask("/ponsel.js")).text()).not.toMatch(
      /innerHTML|insertAdjacentHTML|document\.write/,
    );
  });

  test("takes a message of the customer and shows the conversation", async () => {
    const { ask, clock, phones, post, told } = await page();
    const nasty = "<script>alert(1)</script>";
    const response = await post("/_ponsel/tulis", { nomor: `+${BUDI}`, nama: nasty, teks: nasty });
    const { id } = (await response.json()) as { id: string };
    await phones.settled();
    expect(told()).toEqual([`text ${nasty}`]);
    const conversation = await ask(`/_ponsel/percakapan?nomor=${BUDI}`);
    expect(conversation.headers.get("content-type")).toBe("application/json");
    expect(await conversation.json()).toEqual({
      toko: "6281100000001",
      pesan: [
        {
          id,
          number: BUDI,
          fromShop: false,
          source: "mobile",
          type: "text",
          text: nasty,
          at: clock.now(),
          status: "delivered",
        },
      ],
    });
  });

  test("answers as the shop's own phone, and reads", async () => {
    const { phones, post, receiver, told } = await page();
    await post("/_ponsel/tulis", { nomor: BUDI, teks: "Saya bantu", sebagai: "toko" });
    await phones.settled();
    const echo = receiver.arrivals[0]?.message;
    expect(echo).toMatchObject({ from_me: true, source: "mobile" });
    expect((await post("/_ponsel/baca", { nomor: BUDI })).status).toBe(200);
    await phones.settled();
    expect(told().at(-1)).toBe("status read");
  });

  test.each([
    ["image/png", "image", "image/png", "inline"],
    ["application/pdf", "document", "application/octet-stream", "attachment"],
    ["text/html", "document", "application/octet-stream", "attachment"],
    ["image/svg+xml", "document", "application/octet-stream", "attachment"],
  ])("sends a file of type %s as %s", async (type, kind, served, disposition) => {
    const { ask, phones, post } = await page();
    const query = new URLSearchParams({
      nomor: BUDI,
      nama: "Budi",
      berkas: "a'\"\r\nb.x",
      keterangan: "ini",
    });
    expect(
      (await post(`/_ponsel/berkas?${query.toString()}`, "isinya", { "content-type": type })).status,
    ).toBe(200);
    const [message] = phones.inbox(BUDI);
    expect(message).toMatchObject({ type: kind, mimeType: type, text: "ini", fileName: "a'\"\r\nb.x" });
    const media = await ask(`/_ponsel/media/${message?.mediaId}`);
    expect(media.headers.get("content-type")).toBe(served);
    expect(media.headers.get("content-disposition")).toMatch(new RegExp(`^${disposition}`));
    expect(media.headers.get("content-security-policy")).toContain("sandbox");
    expect(await media.text()).toBe("isinya");
  });

  test.each([
    ["/_ponsel/tulis", { nomor: BUDI, teks: " " }, "kosong"],
    ["/_ponsel/tulis", { nomor: "0812345678", teks: "x" }, "kode negara"],
    ["/_ponsel/tulis", { teks: "x" }, "kode negara"],
    ["/_ponsel/tulis", "{", "JSON"],
    ["/_ponsel/berkas?nomor=1", "x", "kode negara"],
    [`/_ponsel/berkas?nomor=${BUDI}`, "", "kosong"],
    ["/_ponsel/baca", {}, "kode negara"],
  ])("says in Indonesian what is wrong: %s %j", async (path, body, pesan) => {
    const { post, receiver } = await page();
    const response = await post(path, body);
    expect([response.status, await response.json()]).toEqual([
      400,
      { pesan: expect.stringContaining(pesan) as string },
    ]);
    expect(receiver.requests).toBe(0);
  });

  test.each(["https://example.com", "http://127.0.0.1:1", "null", "http://localhost.example.com"])(
    "answers nothing to a page of %s",
    async (origin) => {
      const { ask, phones, post } = await page();
      const refused = await post("/_ponsel/tulis", { nomor: BUDI, teks: "x" }, { origin });
      expect(refused.status).toBe(403);
      expect((await ask(`/_ponsel/percakapan?nomor=${BUDI}`, { headers: { origin } })).status).toBe(403);
      expect(phones.inbox(BUDI)).toEqual([]);
    },
  );

  test("answers its own origin", async () => {
    const { post, url } = await page();
    const taken = await post("/_ponsel/tulis", { nomor: BUDI, teks: "x" }, { origin: url });
    expect(taken.status).toBe(200);
  });

  test("knows no other ways", async () => {
    const { ask, post } = await page();
    expect((await ask("/_ponsel/tidak-ada")).status).toBe(404);
    expect((await ask("/_ponsel/media/png-1")).status).toBe(404);
    expect((await ask("/_ponsel/tulis")).status).toBe(405);
    expect((await post("/", {})).status).toBe(405);
    expect((await ask("/health")).status).toBe(401);
  });
});
