import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LOCAL_REDIS_TOKEN, type RedisStandIn, startRedis } from "../../dev/redis/redis.ts";

const server = process.env.REDIS_URL;
const engines = [
  { engine: "embedded Valkey", url: undefined },
  ...(server ? [{ engine: "real Redis", url: server }] : []),
];
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe.each(engines)("the REST protocol on $engine", ({ url }) => {
  const prefix = `test:${randomUUID()}:`;
  let standIn: RedisStandIn;
  const key = () => prefix + randomUUID();

  beforeAll(async () => {
    standIn = await startRedis({ url });
  });

  afterAll(async () => {
    const left = (await standIn.command("KEYS", `${prefix}*`)) as string[];
    if (left.length > 0) await standIn.command("DEL", ...left);
    await standIn.close();
  });

  /** A request over a raw socket: `fetch` would tidy up the target. */
  function raw(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${LOCAL_REDIS_TOKEN}`, ...options.headers };
      const outgoing = request(
        { host: "127.0.0.1", port: standIn.port, method, path, headers, agent: false },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      outgoing.on("error", reject);
      outgoing.end(options.body);
    });
  }

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await raw("POST", path, { body: JSON.stringify(body), headers });
    return { status: answer.status, body: JSON.parse(answer.text) as unknown };
  }

  it("takes commands from the path", async () => {
    const name = key();
    expect((await raw("GET", `/set/${name}/nilai%20%C3%A9%2Fsatu/EX/100`)).text).toBe('{"result":"OK"}');
    expect((await raw("GET", `/get/${name}`)).text).toBe('{"result":"nilai é/satu"}');
    expect(await standIn.command("TTL", name)).toBe(100);
    expect((await raw("GET", `/tidakada`)).status).toBe(400);
    expect((await raw("GET", `/get/${name}-tidak-ada`)).text).toBe('{"result":null}');
  });

  it.each(["POST", "PUT"])("appends the body of a %s, then the query", async (method) => {
    const name = key();
    const answer = await raw(method, `/set/${name}?EX=100&NX&_token=x`, { body: '{"a":[1]}' });
    expect(answer.text).toBe('{"result":"OK"}');
    expect(await standIn.command("GET", name)).toBe('{"a":[1]}');
    expect(await standIn.command("TTL", name)).toBe(100);
    expect((await raw(method, `/set/${name}?NX=`, { body: "lain" })).text).toBe('{"result":null}');
  });

  it("keeps the bytes of path, query and body", async () => {
    const name = key();
    await raw("POST", `/set/${name}%FF%00`, { body: Buffer.from([0, 255, 254, 13, 10]) });
    const answer = await raw("GET", `/get/${name}%ff%00`, { headers: { "upstash-encoding": "base64" } });
    expect(answer.text).toBe(`{"result":"${Buffer.from([0, 255, 254, 13, 10]).toString("base64")}"}`);
    expect((await raw("GET", `/get/${name}%FF%00`)).text).toBe('{"result":"\\u0000\ufffd\ufffd\\r\\n"}');
    expect((await raw("GET", `/echo?a+b%2B`)).text).toBe('{"result":"a b+"}');
    expect(await raw("GET", `/get/%zz`)).toMatchObject({ status: 400 });
    await raw("GET", `/del/${name}%FF%00`);
  });

  it("does the work of a HEAD and leaves the body out", async () => {
    const name = key();
    expect(await raw("HEAD", `/incr/${name}`)).toMatchObject({ status: 200, text: "" });
    expect(await standIn.command("GET", name)).toBe("1");
  });

  it("turns numbers, booleans and null into words", async () => {
    const name = key();
    await post("/", ["RPUSH", name, 1, 2.5, -3, true, false, null, ""]);
    expect(await standIn.command("LRANGE", name, 0, -1)).toEqual([
      "1",
      "2.5",
      "-3",
      "true",
      "false",
      "null",
      "",
    ]);
  });

  it("encodes every string but a top-level OK and errors", async () => {
    const headers = { "upstash-encoding": "base64" };
    const [text, list] = [key(), key()];
    expect((await post("/", ["SET", text, "OK"], headers)).body).toEqual({ result: "OK" });
    expect((await post("/", ["GET", text], headers)).body).toEqual({ result: base64("OK") });
    expect((await post("/", ["PING"], headers)).body).toEqual({ result: base64("PONG") });
    expect((await post("/", ["TYPE", text], headers)).body).toEqual({ result: base64("string") });
    await post("/", ["RPUSH", list, "OK", "ñ"]);
    const script = "return {'OK', redis.status_reply('OK'), 1, false, {'dalam', {redis.error_reply('E x')}}}";
    expect(
      (
        await post(
          "/pipeline",
          [
            ["LRANGE", list, 0, -1],
            ["INCR", text],
            ["EVAL", script, 0],
          ],
          headers,
        )
      ).body,
    ).toEqual([
      { result: [base64("OK"), base64("ñ")] },
      { error: "ERR value is not an integer or out of range" },
      { result: [base64("OK"), base64("OK"), 1, null, [base64("dalam"), [base64("E x")]]] },
    ]);
    expect(
      (
        await post(
          "/multi-exec",
          [
            ["SET", text, "a"],
            ["GET", text],
          ],
          headers,
        )
      ).body,
    ).toEqual([{ result: "OK" }, { result: base64("a") }]);
    expect((await post("/", ["HGETALL", key()], headers)).body).toEqual({ result: [] });
  });

  it("answers hashes as flat arrays and scores as strings", async () => {
    const [hash, sorted] = [key(), key()];
    await post("/", ["HSET", hash, "a", 1]);
    await post("/", ["ZADD", sorted, 1.5, "m"]);
    expect(
      (
        await post("/pipeline", [
          ["HGETALL", hash],
          ["ZRANGE", sorted, 0, -1, "WITHSCORES"],
        ])
      ).body,
    ).toEqual([{ result: ["a", "1"] }, { result: ["m", "1.5"] }]);
  });

  it("asks for the token, in the header or in the query", async () => {
    const refused = { status: 401, text: '{"error":"WRONGPASS invalid or missing auth token"}' };
    const none = { authorization: "" };
    for (const path of ["/", "/pipeline", "/multi-exec", "/subscribe/x", "/get/x", "/get/x?_token=salah"]) {
      expect(await raw("POST", path, { body: "[]", headers: none })).toMatchObject(refused);
      expect(
        await raw("POST", path, { body: "[]", headers: { authorization: "Bearer salah" } }),
      ).toMatchObject(refused);
    }
    const answer = await fetch(`${standIn.url}/echo/halo?_token=${LOCAL_REDIS_TOKEN}`);
    expect(await answer.json()).toEqual({ result: "halo" });
  });

  it.each(["DELETE", "PATCH", "OPTIONS"])("answers 405 to %s", async (method) => {
    expect(await raw(method, "/get/x")).toMatchObject({ status: 405 });
  });

  it.each([
    ["not JSON", "/", "{"],
    ["an empty body", "/", ""],
    ["an object", "/", "{}"],
    ["null", "/", "null"],
    ["a string", "/", '"GET"'],
    ["an empty command", "/", "[]"],
    ["an empty name", "/", '[""]'],
    ["an object as argument", "/", '["SET","a",{"b":1}]'],
    ["an array as argument", "/", '["SET","a",["b"]]'],
    ["deep nesting", "/", `${"[".repeat(50_000)}${"]".repeat(50_000)}`],
    ["an unknown command", "/", '["__proto__"]'],
    ["a script without its text", "/", '["EVAL"]'],
    ["a script to load without its text", "/", '["SCRIPT","LOAD"]'],
    ["a script without its hash", "/", '["EVALSHA"]'],
    ["a transaction with a script without its text", "/multi-exec", '[["EVAL"]]'],
    ["a pipeline that is not JSON", "/pipeline", "["],
    ["an empty pipeline", "/pipeline", "[]"],
    ["a pipeline that is one command", "/pipeline", '["GET","a"]'],
    ["a pipeline with null", "/pipeline", "[null]"],
    ["an object for a transaction", "/multi-exec", '{"0":["GET","a"]}'],
    ["an empty transaction", "/multi-exec", "[]"],
    ["a transaction with an empty command", "/multi-exec", "[[]]"],
    ["nothing at all", "/get", ""],
    ["a subscription without a channel", "/subscribe", ""],
    ["monitor", "/monitor", ""],
  ])("answers 400 to %s", async (_what, path, body) => {
    const answer = await raw("POST", path, { body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) as string });
    expect((await post("/", ["PING"])).body).toEqual({ result: "PONG" });
  });

  it.each([
    "subscribe",
    "MULTI",
    "EXEC",
    "Select",
    "AUTH",
    "CLIENT",
    "HELLO",
    "BLPOP",
    "WATCH",
    "MONITOR",
    "QUIT",
  ])("refuses %s, which would change or block the shared connection", async (name) => {
    const refused = { error: expect.stringMatching(/^ERR Command is not available: /) as string };
    expect(await post("/", [name, "x", "0"])).toEqual({ status: 400, body: refused });
    expect(await post("/pipeline", [["PING"], [name, "x", "0"], ["ECHO", "a"], []])).toEqual({
      status: 200,
      body: [{ result: "PONG" }, refused, { result: "a" }, { error: "ERR empty command" }],
    });
  });

  it("refuses a read of a stream that blocks, and lets one through that does not", async () => {
    const name = key();
    expect((await post("/", ["XREAD", "block", 0, "STREAMS", name, "$"])).status).toBe(400);
    expect(await post("/", ["XREAD", "STREAMS", name, "0"])).toEqual({ status: 200, body: { result: null } });
  });

  it("answers a failed command with 400 and the engine's words", async () => {
    expect(await post("/", ["GET"])).toEqual({
      status: 400,
      body: { error: "ERR wrong number of arguments for 'get' command" },
    });
    expect(await post("/", ["EVALSHA", "0".repeat(40), 0])).toEqual({
      status: 400,
      body: { error: "NOSCRIPT No matching script. Please use EVAL." },
    });
  });

  it("answers in no other format than JSON", async () => {
    const asked = (format: string) => post("/", ["PING"], { "upstash-response-format": format });
    expect(await asked("json")).toEqual({ status: 200, body: { result: "PONG" } });
    expect((await asked("resp2")).status).toBe(400);
  });

  it("gives every answer a sync token of its own", async () => {
    const answers = await Promise.all([
      raw("POST", "/", { body: '["PING"]', headers: { "upstash-sync-token": "local;1" } }),
      raw("POST", "/", { body: "kacau" }),
      raw("GET", "/ping"),
      raw("POST", "/pipeline", { body: '[["PING"]]' }),
      raw("POST", "/multi-exec", { body: '[["PING"]]' }),
      raw("DELETE", "/"),
    ]);
    const tokens = answers.map(({ headers }) => headers["upstash-sync-token"]);
    expect(tokens.every((token) => typeof token === "string" && token !== "")).toBe(true);
    expect(new Set(tokens).size).toBe(answers.length);
  });

  it("streams what is published, byte by byte, one data line for each line", async () => {
    const channel = key();
    const gone = new AbortController();
    const answer = await fetch(`${standIn.url}/subscribe/${channel}%20a/${channel}b`, {
      method: "POST",
      headers: { authorization: `Bearer ${LOCAL_REDIS_TOKEN}`, accept: "text/event-stream" },
      signal: gone.signal,
    });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    let text = "";
    const reading = (async () => {
      for await (const chunk of answer.body ?? [])
        text += Buffer.from(chunk as Uint8Array).toString("latin1");
    })().catch(() => {});
    await vi.waitFor(() => expect(text).toContain(`data: subscribe,${channel}b,2\n\n`));
    await standIn.command("PUBLISH", `${channel} a`, Buffer.from([0xff, 0x2c, 0x0a, 0x41]));
    await vi.waitFor(() => expect(text).toContain(`data: message,${channel} a,\u00ff,\ndata: A\n\n`));
    gone.abort();
    await reading;
    await vi.waitFor(async () =>
      expect(await standIn.command("PUBSUB", "NUMSUB", `${channel}b`)).toEqual([`${channel}b`, 0]),
    );
  });
});

describe("a stand-in of its own", () => {
  it("listens on the port and with the token it is given", async () => {
    const first = await startRedis({ token: "rahasia" });
    const answer = await fetch(`${first.url}/ping?_token=rahasia`);
    expect(await answer.json()).toEqual({ result: "PONG" });
    expect(first.token).toBe("rahasia");
    expect(first.requests).toBe(1);
    await expect(startRedis({ port: first.port })).rejects.toThrow("EADDRINUSE");
    await Promise.all([first.close(), first.close()]);
    const again = await startRedis({ port: first.port });
    expect(again.url).toBe(first.url);
    await again.close();
    await expect(again.command("PING")).rejects.toThrow("closed");
  });
});
