import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Backend, ReplyQueue, type Subscriber } from "./backend.ts";
import { type Command, encodeCommand, type Reply, RespError } from "./resp2.ts";

const CONNECT_TIMEOUT_MS = 5_000;

interface Target {
  host: string;
  port: number;
  /** What to say before anything else: who we are and which database. */
  greeting: Command[];
}

/** Reads `redis://[[user]:password@]host[:port][/db]`. Throws for anything else. */
export function parseRedisUrl(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "redis:")
    throw new Error("REDIS_URL must look like redis://[:password@]host[:port][/db]");
  const database = url.pathname.slice(1);
  if (!/^\d*$/.test(database)) throw new Error("the path of REDIS_URL must be a database number");
  const greeting: Command[] = [];
  const credentials = [url.username, url.password].filter((part) => part !== "").map(decodeURIComponent);
  if (url.password !== "") greeting.push(["AUTH", ...credentials]);
  if (database !== "") greeting.push(["SELECT", database]);
  return {
    host: url.hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: Number(url.port || 6379),
    greeting,
  };
}

/** One TCP connection that has been greeted. */
class Link {
  /** Settles when the connection is gone. */
  readonly gone: Promise<void>;
  #socket: Socket;
  #replies: ReplyQueue;

  private constructor(socket: Socket, subscriber: Subscriber) {
    this.#socket = socket;
    this.#replies = new ReplyQueue((reply) => subscriber.onReply(reply));
    let cause: Error | undefined;
    socket.on("error", (error) => {
      cause = error;
    });
    socket.on("data", (bytes) => {
      try {
        this.#replies.receive(bytes);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    this.gone = new Promise((resolve) => {
      socket.on("close", () => {
        this.#replies.fail(new Error("the connection to Redis was lost", { cause }));
        subscriber.onEnd();
        resolve();
      });
    });
  }

  /** `subscriber` gets the replies nobody asked for, and the end, also when this rejects after connecting. */
  static async open(target: Target, subscriber: Subscriber): Promise<Link> {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    } catch (cause) {
      // From here on nobody awaits this socket, and an `error` without a listener would end the process.
      socket.on("error", () => {}).destroy();
      throw new Error(`no Redis at ${target.host}:${target.port}`, { cause });
    }
    const link = new Link(socket, subscriber);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no answer")));
    // Only Redis answers PING: another server on that port shows itself at once.
    const refused = (await link.exec([...target.greeting, ["PING"]])).find(
      (reply) => reply instanceof RespError,
    );
    if (refused) {
      link.end();
      throw new Error(`Redis at ${target.host}:${target.port} refused: ${refused.message}`);
    }
    socket.setTimeout(0);
    return link;
  }

  /** Writes the commands as one chunk: Redis runs a connection's commands in order, so nothing gets in between. */
  async exec(commands: readonly Command[]): Promise<Reply[]> {
    if (this.#socket.destroyed) throw new Error("the connection to Redis was lost");
    this.send(commands);
    return this.#replies.expect(commands.length);
  }

  /** Writes without awaiting replies: they go to the subscriber. */
  send(commands: readonly Command[]): void {
    this.#socket.write(Buffer.concat(commands.map(encodeCommand)));
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** A Redis or Valkey server over TCP. A lost connection fails what was under way; the next batch opens a new one. */
export class TcpRedis implements Backend {
  #target: Target;
  #shared: Promise<Link> | undefined;
  #subscribed = new Set<Link>();
  #closed = false;

  private constructor(target: Target) {
    this.#target = target;
  }

  /** Connects to `url`. Rejects when no server answers there or it refuses the password or the database. */
  static async connect(url: string): Promise<TcpRedis> {
    const redis = new TcpRedis(parseRedisUrl(url));
    await redis.#link();
    return redis;
  }

  async exec(commands: readonly Command[]): Promise<Reply[]> {
    const link = await this.#link();
    return link.exec(commands);
  }

  async subscribe(command: Command, subscriber: Subscriber): Promise<() => void> {
    this.#assertOpen();
    const link = await Link.open(this.#target, subscriber);
    this.#subscribed.add(link);
    void this.#whenGone(link, () => this.#subscribed.delete(link));
    if (this.#closed) link.end();
    else link.send([command]);
    return () => link.end();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const links = [...this.#subscribed];
    const shared = await this.#shared?.catch(() => undefined);
    if (shared) links.push(shared);
    for (const link of links) link.end();
    await Promise.all(links.map(({ gone }) => gone));
  }

  async #link(): Promise<Link> {
    this.#assertOpen();
    this.#shared ??= this.#openShared();
    return this.#shared;
  }

  async #openShared(): Promise<Link> {
    try {
      const link = await Link.open(this.#target, { onReply: () => {}, onEnd: () => {} });
      void this.#whenGone(link, () => {
        this.#shared = undefined;
      });
      return link;
    } catch (error) {
      // The next batch tries anew.
      this.#shared = undefined;
      throw error;
    }
  }

  async #whenGone(link: Link, forget: () => void): Promise<void> {
    await link.gone;
    forget();
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error("this connection to Redis is closed");
  }
}
