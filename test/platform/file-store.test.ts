import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MemoryBucket } from "../../dev/r2.ts";
import { ServiceUnavailable } from "../../src/platform/http/errors.ts";
import { openFileStore, type FileStore } from "../../src/platform/files/store.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

describe("a file store", () => {
  test.each([undefined, null, "", {}, { put: 1 }, { get: 1 }, 5, () => {}])(
    "is not opened over %o: the binding is missing",
    (binding) => {
      expect(() => openFileStore(binding)).toThrow("R2 binding DOKUMEN");
    },
  );

  test("gives back what was put, until it is removed; other names stay", async () => {
    const store = openFileStore(new MemoryBucket());
    await store.put("a", bytes(1, 2, 3));
    await store.put("b", bytes());
    await store.put("b", bytes(4));
    expect(await store.get("a")).toEqual(bytes(1, 2, 3));
    expect(await store.get("b")).toEqual(bytes(4));
    expect(await store.get("c")).toBeUndefined();
    await store.remove(["a", "tidak ada"]);
    await store.remove([]);
    expect(await store.get("a")).toBeUndefined();
    expect(await store.get("b")).toEqual(bytes(4));
  });

  test("keeps its own copy, and puts no more than a view shows", async () => {
    const store = openFileStore(new MemoryBucket());
    const whole = bytes(1, 2, 3, 4);
    await store.put("a", whole.subarray(1, 3));
    whole.fill(9);
    expect(await store.get("a")).toEqual(bytes(2, 3));
  });
});

const CALLS: [name: string, call: (store: FileStore) => Promise<unknown>][] = [
  ["put", async (store) => await store.put("a", bytes(1))],
  ["get", async (store) => await store.get("a")],
  ["remove", async (store) => await store.remove(["a"])],
];

describe.each(CALLS)("%s", (_, call) => {
  test("is ServiceUnavailable when object storage fails, with the reason for the log alone", async () => {
    const bucket = new MemoryBucket();
    const cause = new Error("rusak");
    bucket.fault = cause;
    await expect(call(openFileStore(bucket))).rejects.toSatisfy(
      (error) => error instanceof ServiceUnavailable && error.cause === cause && error.message === "",
    );
    bucket.fault = undefined;
    await expect(call(openFileStore(bucket))).resolves.not.toThrow();
  });

  describe("that never answers", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test("is waited for fifteen seconds, no longer", async () => {
      const never = async () => await new Promise<never>(() => {});
      const silent = { put: never, get: never, delete: never };
      const settled = vi.fn<(error: unknown) => void>();
      void call(openFileStore(silent)).catch(settled);
      await vi.advanceTimersByTimeAsync(14_999);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(settled).toHaveBeenCalledOnce();
      expect(settled.mock.calls[0]?.[0]).toBeInstanceOf(ServiceUnavailable);
    });

    test("leaves no timer behind once it answered", async () => {
      await call(openFileStore(new MemoryBucket()));
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

test("a body that breaks off while it is read is ServiceUnavailable too", async () => {
  const half = { arrayBuffer: async () => await Promise.reject(new Error("putus")) };
  const bucket = { put: async () => {}, delete: async () => {}, get: async () => half };
  await expect(openFileStore(bucket).get("a")).rejects.toBeInstanceOf(ServiceUnavailable);
});
