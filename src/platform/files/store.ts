import { unavailable } from "../http/errors.ts";

/** Object storage: bytes under a name. What is put there is sealed already. */
export interface FileStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is none. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Names that are not there are no error. */
  remove(names: string[]): Promise<void>;
}

/** Longest wait for object storage, in milliseconds. */
const TIMEOUT_MS = 15_000;

/** The R2 bucket bound in wrangler.toml. Throws when the platform gave none; every call throws `ServiceUnavailable` when it fails. */
export function openFileStore(binding: unknown): FileStore {
  if (!isBucket(binding)) throw new Error("the R2 binding DOKUMEN of wrangler.toml is missing");
  return {
    put: async (name, bytes) => {
      await inTime(binding.put(name, bytes));
    },
    get: async (name) => {
      const read = async () => {
        const object = await binding.get(name);
        return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
      };
      return await inTime(read());
    },
    remove: (names) => inTime(binding.delete(names)),
  };
}

function isBucket(binding: unknown): binding is R2Bucket {
  return typeof binding === "object" && binding !== null && "put" in binding && "get" in binding;
}

/** R2's calls take no signal: what takes too long is no longer waited for. */
async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("object storage did not answer in time")), TIMEOUT_MS);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    throw unavailable(error);
  } finally {
    clearTimeout(timer);
  }
}
