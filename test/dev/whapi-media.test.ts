import { describe, expect, test } from "vitest";
import { BUDI, world, type Data } from "./whapi-world.ts";

const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const PNG_URI = `data:image/png;name=struk%20beli.png;base64,${PNG.toString("base64")}`;

describe("files", () => {
  test("from the app reach the customer, with name, type and caption", async () => {
    const { call, phones, send } = await world();
    const { answer } = await send("/messages/image", { to: BUDI, media: PNG_URI, caption: "Struk" });
    const message = answer["message"] as { image: Data & { id: string } };
    expect(message).toMatchObject({
      type: "image",
      status: "pending",
      image: { mime_type: "image/png", file_size: PNG.length, filename: "struk beli.png", caption: "Struk" },
    });
    const shown = { type: "image", text: "Struk", mediaId: message.image.id, fileName: "struk beli.png" };
    expect(phones.inbox(BUDI)).toMatchObject([shown]);
    expect(phones.media(message.image.id)?.bytes).toEqual(PNG);
    const media = await call("GET", `/media/${message.image.id}`);
    expect(media.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await media.arrayBuffer())).toEqual(PNG);
  });

  test("once stored can be sent again by id", async () => {
    const { phones, send } = await world();
    phones.sendMedia(BUDI, "image", PNG, { mimeType: "image/png" });
    const [{ mediaId: media } = {}] = phones.inbox(BUDI);
    expect((await send("/messages/image", { to: "62811111111", media })).http).toBe(200);
    expect(phones.inbox("62811111111")).toMatchObject([{ type: "image", mediaId: media }]);
  });

  test("as documents carry the name and type that are given", async () => {
    const { send } = await world();
    const media = `data:application/octet-stream;base64,${PNG.toString("base64")}`;
    const request = { to: BUDI, media, filename: "nota.pdf", mime_type: "application/pdf" };
    const { answer } = await send("/messages/document", request);
    const document = { mime_type: "application/pdf", filename: "nota.pdf", file_size: PNG.length };
    expect(answer["message"]).toMatchObject({ type: "document", document });
  });

  test("from the customer are told by id and can be had", async () => {
    const { call, phones, receiver } = await world();
    const options = { mimeType: "application/pdf", caption: "KTP", fileName: "ktp.pdf", name: "Budi" };
    const id = phones.sendMedia(BUDI, "document", PNG, options);
    await phones.settled();
    const message = receiver.arrivals[0]?.message as Data & { document: Data };
    expect(message).toMatchObject({ id, from_me: false, type: "document", from: BUDI, from_name: "Budi" });
    expect(message.document).toMatchObject({
      mime_type: "application/pdf",
      file_size: 8,
      filename: "ktp.pdf",
      caption: "KTP",
    });
    expect(message.document).not.toHaveProperty("link");
    const media = await call("GET", `/media/${String(message.document["id"])}`);
    expect(media.headers.get("content-type")).toBe("application/pdf");
    expect(Buffer.from(await media.arrayBuffer())).toEqual(PNG);
  });

  test.each([
    ["a link, which the stand-in does not follow", { media: "http://127.0.0.1/x.png" }],
    ["an unknown id", { media: "png-1-2" }],
    ["nothing", {}],
    ["an empty file", { media: "data:image/png;base64," }],
    ["what is no picture", { media: "data:text/plain;base64,eA==" }],
    ["a type that is none", { media: PNG_URI, mime_type: "image/png\r\nx: y" }],
    ["a caption that is no text", { media: PNG_URI, caption: 1 }],
  ])("are refused with %s", async (_what, request) => {
    const { phones, send } = await world();
    expect((await send("/messages/image", { to: BUDI, ...request })).http).toBe(400);
    expect(phones.sent()).toEqual([]);
  });

  test("that are too big get a 413", async () => {
    const { send } = await world();
    const media = `data:image/png;base64,${Buffer.alloc(16 * 1024 * 1024 + 1).toString("base64")}`;
    expect(await send("/messages/image", { to: BUDI, media })).toMatchObject({
      http: 413,
      answer: { error: { code: 413 } },
    });
  });

  test("that there are not get a 404", async () => {
    const { call } = await world();
    const response = await call("GET", "/media/png-1-2");
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 404 } }]);
  });
});
