import type { Clock } from "../clock.ts";
import { serveStandIn, type StandIn } from "../stand-in.ts";
import { type Reply, RespError, RespStatus } from "./resp2.ts";
import { redisRest } from "./rest.ts";
import { TcpRedis } from "./tcp.ts";
import { EmbeddedValkey } from "./valkey.ts";

/** The token of the local Redis; public, so a production configuration must never hold it. */
export const LOCAL_REDIS_TOKEN = "token-redis-lokal-satu-pintu";

/** What the engine says, in plain values; strings are UTF-8. */
export type RedisValue = string | number | bigint | null | RedisValue[];

/** Upstash Redis, local. */
export interface RedisStandIn extends StandIn {
  /** What goes into `Authorization: Bearer`. */
  token: string;
  /**
   * Runs one command straight in the engine, past the REST front and its faults. Throws what the engine says.
   * Not for commands that change or block the connection (SELECT, SUBSCRIBE, BLPOP ...): all requests share it.
   */
  command(...command: (string | number | Buffer)[]): Promise<RedisValue>;
}

export interface RedisOptions {
  /** A free one when absent. */
  port?: number | undefined;
  /** `redis://[:password@]host[:port][/db]` of a server to use; absent, an empty engine runs in this process. */
  url?: string | undefined;
  token?: string | undefined;
  /** What keys expire by, in the embedded engine; a server keeps its own time. */
  clock?: Clock | undefined;
}

/** Starts the stand-in for Upstash Redis. Rejects when `url` cannot be reached or `port` is taken. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisStandIn> {
  const token = options.token ?? LOCAL_REDIS_TOKEN;
  const backend = options.url
    ? await TcpRedis.connect(options.url)
    : await EmbeddedValkey.start(options.clock);
  let front: StandIn;
  try {
    front = await serveStandIn(redisRest(backend, token), options.port);
  } catch (error) {
    await backend.close();
    throw error;
  }
  const closeFront = front.close.bind(front);
  let closing: Promise<void> | undefined;
  // The same object, not a copy: its request counter keeps counting.
  return Object.assign(front, {
    token,
    async command(...command: (string | number | Buffer)[]) {
      const [reply = null] = await backend.exec([
        command.map((argument) => (typeof argument === "number" ? String(argument) : argument)),
      ]);
      return plain(reply);
    },
    close() {
      closing ??= closeFront().then(() => backend.close());
      return closing;
    },
  });
}

function plain(reply: Reply): RedisValue {
  if (reply instanceof RespError) throw new Error(reply.message);
  if (reply instanceof RespStatus) return reply.text;
  if (reply instanceof Uint8Array) return reply.toString("utf8");
  return Array.isArray(reply) ? reply.map(plain) : reply;
}
