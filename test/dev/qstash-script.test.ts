import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { QSTASH_DEV } from "../../dev/qstash/signing.ts";
import { api, gate, world } from "./qstash-world.ts";

const header = (value: string | string[] | undefined) => String(value);

describe("signatures", () => {
  const url = "http://127.0.0.1:8787/queue/transaksi?x=1";
  const body = '{"id":1}';

  test("of a delivery pass the Receiver: current key, url, body", async () => {
    const { client, inbox, qstash, receiver } = await world();
    const target = `${inbox.url}/queue?x=1`;
    const { messageId } = await client.publishJSON({ url: target, body: { id: 1 } });
    await qstash.script.settled(messageId);
    const signature = header(inbox.received[0]?.headers["upstash-signature"]);
    await expect(receiver.verify({ signature, url: target, body })).resolves.toBe(true);
    const tampered = receiver.verify({ signature, url: target, body: body.replace("1", "2") });
    await expect(tampered).rejects.toThrow("body hash does not match");
    const elsewhere = receiver.verify({ signature, url: `${inbox.url}/other`, body });
    await expect(elsewhere).rejects.toThrow("invalid subject");
  });

  test("carry the claims of production", async () => {
    const { qstash } = await world();
    const [head = "", claims = ""] = qstash.sign(url, body).split(".");
    expect(JSON.parse(String(Buffer.from(head, "base64url")))).toEqual({ alg: "HS256", typ: "JWT" });
    const { exp, iat, nbf, ...rest } = JSON.parse(String(Buffer.from(claims, "base64url")));
    expect([exp - iat, nbf - iat]).toEqual([300, 0]);
    expect(rest).toEqual({
      iss: "Upstash",
      sub: url,
      jti: expect.stringMatching(/^jwt_/),
      body: expect.stringMatching(/^[\w-]{43}=$/),
    });
  });

  test("with the next key pass too, and rotation makes it the current one", async () => {
    const { qstash, receiver } = await world();
    const signature = qstash.sign(url, body, { key: "next" });
    await expect(receiver.verify({ signature, url, body })).resolves.toBe(true);

    expect(qstash.currentSigningKey).toBe(QSTASH_DEV.currentSigningKey);
    const answer = await api(qstash, "POST", "/v2/keys/rotate");
    expect(await answer.json()).toEqual({ current: QSTASH_DEV.nextSigningKey, next: qstash.nextSigningKey });
    expect(qstash.currentSigningKey).toBe(QSTASH_DEV.nextSigningKey);
    await expect(receiver.verify({ signature: qstash.sign(url, body), url, body })).resolves.toBe(true);
    await api(qstash, "POST", "/v2/keys/rotate");
    await expect(receiver.verify({ signature: qstash.sign(url, body), url, body })).rejects.toThrow(
      "signature",
    );
  });

  test("made an hour ago have expired", async () => {
    const { qstash, receiver } = await world({ clock: new ManualClock(Date.now() - 3_600_000) });
    const verified = receiver.verify({ signature: qstash.sign(url, body), url, body, clockTolerance: 5 });
    await expect(verified).rejects.toMatchObject({ name: "SignatureError" });
  });

  test.each([
    "wrong-key",
    "wrong-url",
    "wrong-body",
    "wrong-issuer",
    "expired",
    "not-yet-valid",
    "alg-none",
    "garbage",
  ] as const)("forged with %s are refused", async (defect) => {
    const { qstash, receiver } = await world();
    const forged = qstash.script.forge({ url, body, defects: [defect] });
    const signature = header(forged.headers["upstash-signature"]);
    await expect(receiver.verify({ signature, url, body })).rejects.toMatchObject({ name: "SignatureError" });
  });

  test.each(["HS512", "no-exp"] as const)(
    "forged with %s pass the Receiver: a stricter check is needed",
    async (defect) => {
      const { qstash, receiver } = await world();
      const signature = qstash.sign(url, body, { defects: [defect] });
      await expect(receiver.verify({ signature, url, body })).resolves.toBe(true);
    },
  );

  test("a forged delivery can be sent, without a signature too", async () => {
    const { inbox, qstash, receiver } = await world();
    const genuine = qstash.script.forge({ url: `${inbox.url}/f`, body, messageId: "msg_1", retried: 2 });
    expect((await genuine.send()).status).toBe(200);
    await qstash.script.forge({ url: inbox.url, defects: ["unsigned"], headers: { "x-more": "1" } }).send();
    const [first, second] = inbox.received;
    expect(first?.headers).toMatchObject({ "upstash-message-id": "msg_1", "upstash-retried": "2" });
    const signature = header(first?.headers["upstash-signature"]);
    await expect(receiver.verify({ signature, url: `${inbox.url}/f`, body })).resolves.toBe(true);
    expect(second?.headers).toMatchObject({ "x-more": "1" });
    expect(second?.headers).not.toHaveProperty("upstash-signature");
  });
});

describe("script", () => {
  test("holds messages and releases them in order", async () => {
    const { client, inbox, qstash } = await world();
    qstash.script.hold();
    const ids: string[] = [];
    for (const body of ["1", "2", "3", "4"])
      ids.push((await client.publish({ url: inbox.url, body })).messageId);
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(0);
    expect(qstash.script.messages().map(({ state }) => state)).toEqual(["held", "held", "held", "held"]);

    await qstash.script.releaseInOrder([ids[2] ?? "", ids[0] ?? ""]);
    expect(inbox.bodies()).toEqual(["3", "1"]);
    await expect(qstash.script.releaseInOrder([ids[0] ?? ""])).rejects.toThrow("not held");
    await qstash.script.release();
    expect(inbox.bodies()).toEqual(["3", "1", "2", "4"]);
    await client.publish({ url: inbox.url, body: "5" });
    await inbox.until(5);
    expect(inbox.bodies().at(-1)).toBe("5");
  });

  test("delivers every message several times in sequence", async () => {
    const { client, inbox, qstash } = await world();
    qstash.script.duplicate(3);
    let open = 0;
    let most = 0;
    inbox.answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await Promise.resolve();
      open -= 1;
      return { status: 200 };
    };
    const { messageId } = await client.publish({ url: inbox.url, body: "x" });
    const report = await qstash.script.settled(messageId);
    expect(report.attempts.map(({ copy }) => copy)).toEqual([0, 1, 2]);
    expect(inbox.received.map(({ headers }) => headers["upstash-message-id"])).toEqual(
      Array.from({ length: 3 }, () => messageId),
    );
    expect(most).toBe(1);
  });

  test("delivers every message several times at once, and a failed copy is retried", async () => {
    const { client, inbox, qstash } = await world({ timeScale: 0 });
    qstash.script.duplicate(5, { atOnce: true });
    const all = gate();
    inbox.answer = async (_, index) => {
      if (index === 4) all.open();
      await all.opened; // no copy is answered before the last has arrived
      return { status: index === 2 ? 500 : 200 };
    };
    const { messageId } = await client.publish({ url: inbox.url });
    const report = await qstash.script.settled(messageId);
    expect(report).toMatchObject({ state: "delivered", retried: 1 });
    expect(report.attempts).toHaveLength(10);
    qstash.script.duplicate(1);
    await client.publish({ url: inbox.url });
    await qstash.script.idle();
    expect(inbox.received).toHaveLength(11);
  });

  test("loses messages it has accepted", async () => {
    const { client, inbox, qstash } = await world();
    qstash.script.dropNext(2);
    const lost = await client.publish({ url: inbox.url, body: "lost", deduplicationId: "d" });
    await client.publish({ url: inbox.url, body: "lost" });
    await client.publish({ url: inbox.url, body: "kept" });
    await qstash.script.idle();
    expect(inbox.bodies()).toEqual(["kept"]);
    expect(await qstash.script.settled(lost.messageId)).toMatchObject({ state: "dropped", attempts: [] });
    expect(await client.publish({ url: inbox.url, deduplicationId: "d" })).toMatchObject({
      deduplicated: true,
    });
  });

  test("is not disturbed by a patched global fetch", async () => {
    const { inbox, qstash } = await world();
    const { request } = await import("node:http");
    const patched = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("the app is offline"));
    try {
      await new Promise<void>((resolve, reject) => {
        const publish = request(`${qstash.url}/v2/publish/${inbox.url}`, {
          method: "POST",
          headers: { authorization: `Bearer ${qstash.token}` },
        });
        publish.on("response", (answer) => answer.resume().on("end", resolve)).on("error", reject);
        publish.end("x");
      });
      await inbox.until(1);
      await qstash.script.idle();
    } finally {
      patched.mockRestore();
    }
    expect(qstash.script.messages()).toMatchObject([{ state: "delivered" }]);
  });
});

describe("close", () => {
  test("aborts what is in flight and leaves nothing on the clock", async () => {
    const open = new Set<object>();
    const clock = new ManualClock();
    const counting = {
      now: () => clock.now(),
      after(ms: number, task: () => void) {
        const entry = {};
        open.add(entry);
        const cancel = clock.after(ms, () => {
          open.delete(entry);
          task();
        });
        return () => {
          open.delete(entry);
          cancel();
        };
      },
    };
    const { client, inbox, qstash } = await world({ clock: counting });
    const { opened } = gate();
    inbox.answer = async ({ url }) => {
      if (url === "/hangs") await opened;
      return { status: 500 };
    };
    await client.publish({ url: inbox.url });
    await qstash.script.idle();
    await client.publish({ url: inbox.url, delay: 60 });
    await client.schedules.create({ destination: inbox.url, cron: "* * * * *" });
    await client.publish({ url: `${inbox.url}/hangs` });
    await inbox.until(2);
    expect(open.size).toBe(4);
    const { signal } = inbox.received[1] as { signal: AbortSignal };
    await qstash.close();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    expect(open.size).toBe(0);
    clock.advance(86_400_000);
    expect(inbox.received).toHaveLength(2);
    await qstash.script.idle();
  });

  test("lets the process end by itself", async () => {
    const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const code = `
      import { startQStash } from ${module("../../dev/qstash/server.ts")};
      import { serveStandIn } from ${module("../../dev/stand-in.ts")};
      let arrived;
      const hanging = new Promise((resolve) => { arrived = resolve; });
      const endpoint = await serveStandIn(() => { arrived(); return new Promise(() => {}); });
      const qstash = await startQStash();
      const headers = { authorization: "Bearer " + qstash.token };
      await fetch(qstash.url + "/v2/publish/" + endpoint.url, { method: "POST", headers });
      await fetch(qstash.url + "/v2/publish/http://127.0.0.1:2/", { method: "POST", headers });
      await hanging;
      await qstash.close();
      await endpoint.close();
      console.log("closed");
    `;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
    expect((await run).stdout).toBe("closed\n");
  });
});
