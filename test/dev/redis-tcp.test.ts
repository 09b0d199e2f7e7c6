import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startRedis } from "../../dev/redis/redis.ts";
import { type Reply, RespStatus } from "../../dev/redis/resp2.ts";
import { parseRedisUrl, TcpRedis } from "../../dev/redis/tcp.ts";
import { EmbeddedValkey } from "../../dev/redis/valkey.ts";

const text = (reply: Reply | undefined) => (reply instanceof Uint8Array ? reply.toString() : reply);

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("Redis over TCP", () => {
  const closers: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A real engine behind a real port; `drop` cuts every connection. */
  async function tcpServer(cut?: number) {
    const valkey = await EmbeddedValkey.start();
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      const inside = valkey.connect(
        (bytes) => {
          const size = cut ?? bytes.length;
          for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
        },
        () => socket.end(),
      );
      socket.on("data", (bytes) => inside.send(bytes));
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        inside.end();
      });
    });
    const port = await listen(server);
    const drop = () => {
      for (const socket of sockets) socket.destroy();
    };
    closers.push(async () => {
      const closed = once(server, "close");
      server.close();
      drop();
      await closed;
      await valkey.close();
    });
    return { valkey, port, drop, sockets };
  }

  async function client(url: string) {
    const redis = await TcpRedis.connect(url);
    closers.push(() => redis.close());
    return redis;
  }

  it("logs in and chooses the database, on every connection", async () => {
    const { valkey, port, drop } = await tcpServer();
    await valkey.exec([["CONFIG", "SET", "requirepass", "p@ss/é"]]);
    const redis = await client(`redis://:${encodeURIComponent("p@ss/é")}@127.0.0.1:${port}/3`);
    await redis.exec([["SET", "k", "v"]]);
    expect(
      (
        await valkey.exec([
          ["AUTH", "p@ss/é"],
          ["SELECT", "3"],
          ["GET", "k"],
        ])
      )
        .map(text)
        .at(-1),
    ).toBe("v");
    drop();
    await vi.waitFor(async () => expect((await redis.exec([["GET", "k"]])).map(text)).toEqual(["v"]));
    await expect(TcpRedis.connect(`redis://:salah@127.0.0.1:${port}`)).rejects.toThrow("refused: WRONGPASS");
    await expect(TcpRedis.connect(`redis://127.0.0.1:${port}/3`)).rejects.toThrow("refused: NOAUTH");
    await expect(TcpRedis.connect(`redis://default:salah@127.0.0.1:${port}`)).rejects.toThrow("WRONGPASS");
  });

  it("rejects what was under way when the connection drops, and opens a new one", async () => {
    const { valkey, port, drop } = await tcpServer();
    const redis = await client(`redis://127.0.0.1:${port}`);
    const waiting = redis.exec([["BLPOP", "tidak ada", "0"]]);
    const behind = redis.exec([["PING"]]);
    const both = Promise.allSettled([waiting, behind]);
    await vi.waitFor(async () =>
      expect(text((await valkey.exec([["INFO", "clients"]]))[0])).toContain("blocked_clients:1"),
    );
    drop();
    for (const outcome of await both) expect(outcome).toMatchObject({ status: "rejected" });
    expect(await redis.exec([["PING"]])).toEqual([new RespStatus("PONG")]);
  });

  it("keeps batches whole and in order, however the bytes are cut", async () => {
    const { port } = await tcpServer(7);
    const redis = await client(`redis://127.0.0.1:${port}`);
    const batches = Array.from({ length: 100 }, () =>
      redis.exec([
        ["INCR", "n"],
        ["INCR", "n"],
        ["INCR", "n"],
      ]),
    );
    expect(await Promise.all(batches)).toEqual(
      Array.from({ length: 100 }, (_, i) => [3 * i + 1, 3 * i + 2, 3 * i + 3]),
    );
    await redis.exec([["SET", "long", Buffer.alloc(20_000, 255)]]);
    expect(await redis.exec([["GET", "long"]])).toEqual([Buffer.alloc(20_000, 255)]);
  });

  it("tells a subscriber that the connection is gone", async () => {
    const { valkey, port, drop } = await tcpServer();
    const redis = await client(`redis://127.0.0.1:${port}`);
    const onReply = vi.fn<(reply: Reply) => void>();
    const onEnd = vi.fn<() => void>();
    const stop = await redis.subscribe(["SUBSCRIBE", "ch"], { onReply, onEnd });
    await vi.waitFor(async () => expect(await valkey.exec([["PUBLISH", "ch", "x"]])).toEqual([1]));
    await vi.waitFor(() => expect(onReply).toHaveBeenCalledTimes(2));
    drop();
    await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
    stop();
  });

  it("rejects, and does nothing worse, when nobody or the wrong one answers", async () => {
    await expect(TcpRedis.connect("redis://127.0.0.1:1")).rejects.toThrow("no Redis at 127.0.0.1:1");
    const web = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    const webPort = await listen(web);
    closers.push(async () => new Promise((resolve) => web.close(resolve)));
    for (const path of ["", "/1"]) {
      await expect(TcpRedis.connect(`redis://127.0.0.1:${webPort}${path}`)).rejects.toThrow("was lost");
    }
  });

  it("answers 503 through the front while the server is away, and works again after", async () => {
    const { port, drop, sockets } = await tcpServer();
    const standIn = await startRedis({ url: `redis://127.0.0.1:${port}` });
    closers.push(() => standIn.close());
    const ask = () => fetch(`${standIn.url}/blpop/x/0?_token=${standIn.token}`);
    expect((await ask()).status).toBe(400);
    const waiting = standIn.command("BLPOP", "tidak ada", 0).catch((error: Error) => error.message);
    const answer = fetch(`${standIn.url}/ping?_token=${standIn.token}`);
    await vi.waitFor(() => expect(standIn.requests).toBe(2));
    await vi.waitFor(() => expect(sockets.size).toBe(1));
    drop();
    expect(await waiting).toBe("the connection to Redis was lost");
    expect((await answer).status).toBe(503);
    const after = await fetch(`${standIn.url}/ping?_token=${standIn.token}`);
    expect(await after.json()).toEqual({ result: "PONG" });
  });

  it.each([
    ["redis://localhost", { host: "localhost", port: 6379, greeting: [] }],
    ["redis://[::1]:7000/0", { host: "::1", port: 7000, greeting: [["SELECT", "0"]] }],
    [
      "redis://siti:r%40hasia@h/2",
      {
        host: "h",
        port: 6379,
        greeting: [
          ["AUTH", "siti", "r@hasia"],
          ["SELECT", "2"],
        ],
      },
    ],
  ])("reads %s", (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  it.each(["", "localhost:6379", "http://localhost", "rediss://localhost", "redis://h/x"])(
    "does not read %j",
    (url) => {
      expect(() => parseRedisUrl(url)).toThrow("REDIS_URL");
    },
  );
});
