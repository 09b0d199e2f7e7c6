import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Redis } from "@upstash/redis/cloudflare";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { startRedis } from "../../dev/redis/redis.ts";
import { encodeCommand, type Reply, RespError, RespParser, RespStatus } from "../../dev/redis/resp2.ts";
import { EmbeddedValkey } from "../../dev/redis/valkey.ts";

const silent = { onReply: () => {}, onEnd: () => {} };

describe("RESP2", () => {
  it("encodes text and bytes", () => {
    expect(encodeCommand(["SET", "é", Buffer.from([0, 13, 10])]).toString("latin1")).toBe(
      "*3\r\n$3\r\nSET\r\n$2\r\n\u00c3\u00a9\r\n$3\r\n\u0000\r\n\r\n",
    );
  });

  const stream = Buffer.from(
    "+OK\r\n-ERR salah\r\n:-7\r\n:9223372036854775807\r\n$-1\r\n*-1\r\n$0\r\n\r\n*0\r\n" +
      "$4\r\n\r\n\u0000x\r\n*3\r\n*1\r\n$1\r\na\r\n*0\r\n*2\r\n:1\r\n*1\r\n+Q\r\n:2\r\n",
    "latin1",
  );
  const replies = [
    new RespStatus("OK"),
    new RespError("ERR salah"),
    -7,
    9223372036854775807n,
    null,
    null,
    Buffer.alloc(0),
    [],
    Buffer.from("\r\n\u0000x"),
    [[Buffer.from("a")], [], [1, [new RespStatus("Q")]]],
    2,
  ];

  it.each([1, 2, 3, 7, 1000])("parses a stream cut into pieces of %i", (size) => {
    const parser = new RespParser();
    const parsed: Reply[] = [];
    for (let at = 0; at < stream.length; at += size)
      parsed.push(...parser.feed(stream.subarray(at, at + size)));
    expect(parsed).toEqual(replies);
  });

  it.each(["HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "*-2\r\n", ":satu\r\n", "$\r\n"])(
    "throws for %j",
    (bytes) => {
      expect(() => new RespParser().feed(Buffer.from(bytes))).toThrow(Error);
    },
  );
});

describe("embedded Valkey", () => {
  const open: { close(): Promise<void> }[] = [];
  const started = async (clock?: ManualClock) => {
    const valkey = await EmbeddedValkey.start(clock);
    open.push(valkey);
    return valkey;
  };

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  it("is a world of its own: two in one process share nothing", async () => {
    const [first, second] = [await startRedis(), await startRedis()];
    open.push(first, second);
    await first.command("SET", "k", "satu");
    await second.command("SET", "k", "dua");
    await first.command("SCRIPT", "LOAD", "return 1");
    expect(await first.command("GET", "k")).toBe("satu");
    expect(await second.command("GET", "k")).toBe("dua");
    await second.command("FLUSHALL");
    expect(await first.command("DBSIZE")).toBe(1);
    await second.close();
    expect(await first.command("GET", "k")).toBe("satu");
  });

  it("expires by the clock it is given", async () => {
    const clock = new ManualClock();
    const standIn = await startRedis({ clock });
    open.push(standIn);
    await standIn.command("SET", "k", "v", "EX", 300);
    clock.advance(299_999);
    expect(await standIn.command("PTTL", "k")).toBe(1);
    clock.advance(2); // a key lives through its last millisecond
    expect(await standIn.command("GET", "k")).toBeNull();
  });

  it("opens and closes 20,000 connections one after the other", async () => {
    const valkey = await started();
    const idle = valkey.connections;
    let heard = 0;
    for (let i = 0; i < 20_000; i++) {
      const stop = await valkey.subscribe(["SUBSCRIBE", "ch"], { onReply: () => heard++, onEnd: () => {} });
      stop();
    }
    expect(heard).toBe(20_000);
    expect(valkey.connections).toBe(idle);
  });

  it("serves 6,000 connections at once, refuses one more, and goes on", async () => {
    const valkey = await started();
    await valkey.exec([["PING"]]);
    const stops: (() => void)[] = [];
    for (let i = 1; i < 6_000; i++) stops.push(await valkey.subscribe(["SUBSCRIBE", "ch"], silent));
    await expect(valkey.subscribe(["SUBSCRIBE", "ch"], silent)).rejects.toThrow("no more than 6000");
    expect(await valkey.exec([["PUBLISH", "ch", "x"]])).toEqual([5_999]);
    for (const stop of stops) stop();
    expect(await valkey.exec([["PUBLISH", "ch", "x"]])).toEqual([0]);
    expect(valkey.connections).toBe(1);
  });

  it("brings a subscriber five megabytes in one message", async () => {
    const valkey = await started();
    const onReply = vi.fn<(reply: Reply) => void>();
    await valkey.subscribe(["SUBSCRIBE", "ch"], { onReply, onEnd: () => {} });
    await valkey.exec([["PUBLISH", "ch", Buffer.alloc(5_000_000, 255)]]);
    const message = onReply.mock.lastCall?.[0];
    expect(Array.isArray(message) && (message[2] as Buffer).equals(Buffer.alloc(5_000_000, 255))).toBe(true);
  });

  it("opens and closes 200 subscribers of the SDK over HTTP", async () => {
    const standIn = await startRedis();
    open.push(standIn);
    const redis = new Redis({
      url: standIn.url,
      token: standIn.token,
      enableTelemetry: false,
      retry: { retries: 0 },
    });
    for (let i = 0; i < 200; i++) {
      const subscriber = redis.subscribe(["ch"]);
      await new Promise<void>((resolve) => subscriber.on("subscribe", () => resolve()));
      await subscriber.unsubscribe();
    }
    await vi.waitFor(async () => expect(await redis.publish("ch", "x")).toBe(0));
  });

  it("ends its streams and refuses commands once closed", async () => {
    const valkey = await started();
    const onEnd = vi.fn<() => void>();
    await valkey.subscribe(["SUBSCRIBE", "ch"], { onReply: () => {}, onEnd });
    const blocked = valkey.exec([["BLPOP", "tidak ada", "0"]]);
    await valkey.close();
    await expect(blocked).rejects.toThrow("closed");
    expect(onEnd).toHaveBeenCalledOnce();
    await expect(valkey.exec([["PING"]])).rejects.toThrow("closed");
    await expect(valkey.subscribe(["SUBSCRIBE", "ch"], silent)).rejects.toThrow("closed");
  });

  it("answers a blocked command when its time is up", async () => {
    const valkey = await started();
    expect(await valkey.exec([["BLPOP", "tidak ada", "0.01"], ["PING"]])).toEqual([
      null,
      new RespStatus("PONG"),
    ]);
  });

  it("goes on after the engine has closed its connection", async () => {
    const valkey = await started();
    expect(await valkey.exec([["QUIT"]])).toEqual([new RespStatus("OK")]);
    expect(await valkey.exec([["PING"]])).toEqual([new RespStatus("PONG")]);
  });

  it("says what happened when the engine dies", async () => {
    const standIn = await startRedis();
    open.push(standIn);
    await expect(standIn.command("SHUTDOWN", "NOSAVE")).rejects.toThrow(/Valkey crashed; its last words/);
    const answer = await fetch(`${standIn.url}/ping?_token=${standIn.token}`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/^ERR Valkey crashed/) as string });
  });

  it.runIf(process.features.typescript)("prints nothing, not even a warning", async () => {
    const code = `
      const { startRedis } = await import(${JSON.stringify(new URL("../../dev/redis/redis.ts", import.meta.url).href)});
      const redis = await startRedis();
      await redis.command("SET", "a", "b");
      await redis.close();`;
    const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code]);
    expect(run).toEqual({ stdout: "", stderr: "" });
  });
});
