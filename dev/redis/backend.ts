import { type Command, type Reply, RespParser } from "./resp2.ts";

/** Who listens on a connection that is subscribed. */
export interface Subscriber {
  onReply(reply: Reply): void;
  /** The engine closed the connection; nothing follows. */
  onEnd(): void;
}

/** A Redis engine as the REST front sees it: embedded, or a server over TCP. */
export interface Backend {
  /**
   * Runs `commands` in order as one batch that nothing else interleaves; one reply each, errors as values.
   * Rejects when the engine is gone: whether the batch ran is then unknown.
   */
  exec(commands: readonly Command[]): Promise<Reply[]>;
  /** Runs a (p)subscribe command on a connection of its own; the returned function closes that connection. */
  subscribe(command: Command, subscriber: Subscriber): Promise<() => void>;
  close(): Promise<void>;
}

interface Batch {
  left: number;
  replies: Reply[];
  resolve(replies: Reply[]): void;
  reject(error: Error): void;
}

/** Matches the replies of one connection with the batches sent on it: RESP2 has no ids, only order. */
export class ReplyQueue {
  #parser = new RespParser();
  #batches: Batch[] = [];
  #onUnasked: (reply: Reply) => void;

  /** `onUnasked` gets the replies nobody waits for, that is what a subscription brings. */
  constructor(onUnasked: (reply: Reply) => void) {
    this.#onUnasked = onUnasked;
  }

  /** The next `count` replies. */
  expect(count: number): Promise<Reply[]> {
    if (count === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#batches.push({ left: count, replies: [], resolve, reject });
    });
  }

  /** Takes bytes from the engine. Throws when they are not RESP2. */
  receive(bytes: Buffer): void {
    for (const reply of this.#parser.feed(bytes)) {
      const batch = this.#batches[0];
      if (!batch) {
        this.#onUnasked(reply);
        continue;
      }
      batch.replies.push(reply);
      batch.left -= 1;
      if (batch.left > 0) continue;
      this.#batches.shift();
      batch.resolve(batch.replies);
    }
  }

  /** Rejects everything that still waits. */
  fail(error: Error): void {
    for (const batch of this.#batches.splice(0)) batch.reject(error);
  }
}
