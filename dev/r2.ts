/** An R2 bucket in memory, as far as the Worker uses one: for tests, which run in Node. `npm run dev` has wrangler's own. */
export class MemoryBucket {
  readonly objects = new Map<string, Uint8Array>();
  /** While set, every call fails with it. */
  fault: Error | undefined;

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.#fail();
    this.objects.set(name, bytes.slice());
  }

  async get(name: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null> {
    this.#fail();
    const bytes = this.objects.get(name);
    return bytes ? { arrayBuffer: async () => bytes.slice().buffer } : null;
  }

  async delete(names: string[]): Promise<void> {
    this.#fail();
    for (const name of names) this.objects.delete(name);
  }

  #fail(): void {
    if (this.fault) throw this.fault;
  }
}
