import { Hono } from "hono";
import { expect, test } from "vitest";
import { callerOf, type Caller } from "../../src/platform/http/caller.ts";

/** Who calls, according to a request with these headers. */
async function callerWith(headers: Record<string, string>): Promise<Caller> {
  const app = new Hono().get("/", (c) => c.json(callerOf(c)));
  return await (await app.request("/", { headers })).json<Caller>();
}

const networkOf = async (address: string) => (await callerWith({ "cf-connecting-ip": address })).network;

test.each(["203.0.113.7", "0.0.0.0", "255.255.255.255"])("%s is an address of its own", async (address) => {
  expect(await callerWith({ "cf-connecting-ip": address })).toMatchObject({ address, network: address });
});

test.each([
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:DB8:1:2::1", "2001:db8:1:2"],
  ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["2001:db8::2:3:4:5", "2001:db8:0:0"],
  ["2001:db8:0:1::", "2001:db8:0:1"],
  ["2001:db8:1:2:3::", "2001:db8:1:2"],
  ["::1", "0:0:0:0"],
  ["::", "0:0:0:0"],
  ["1::", "1:0:0:0"],
  ["1:2:3:4:5:6:7::", "1:2:3:4"],
  ["::2:3:4:5:6:7:8", "0:2:3:4"],
  ["fe80::1", "fe80:0:0:0"],
])("%s belongs to the subscriber %s", async (address, network) => {
  expect(await networkOf(address)).toBe(network);
});

test("two addresses of one /64 are one network, and of two /64 they are two", async () => {
  expect(await networkOf("2001:db8:a:b::1")).toBe(await networkOf("2001:db8:a:b:ffff:ffff:ffff:ffff"));
  expect(await networkOf("2001:db8:a:b::1")).not.toBe(await networkOf("2001:db8:a:c::1"));
});

test("an IPv4 address written as IPv6 is no network of everybody who is written so", async () => {
  expect(await networkOf("::ffff:203.0.113.7")).not.toBe(await networkOf("::ffff:203.0.113.8"));
});

test.each([
  "",
  "x",
  "203.0.113.7, 198.51.100.1",
  "[::1]",
  "::1]@jahat",
  "1:2:3",
  "fe80::1%eth0",
  "../..",
  ":",
  "]",
])("'%s' is kept as it is: strange, and nobody else's", async (address) => {
  expect(await networkOf(address)).toBe(address);
});

test("what is not there has a name, and what is too long has an end", async () => {
  expect(await callerWith({})).toEqual({ agent: "", address: "tanpa-alamat", network: "tanpa-alamat" });
  const long = { "cf-connecting-ip": "a".repeat(10_000), "user-agent": "b".repeat(10_000) };
  expect(await callerWith(long)).toEqual({
    agent: "b".repeat(200),
    address: "a".repeat(45),
    network: "a".repeat(45),
  });
});

test("what a client writes about itself is not believed", async () => {
  const claimed = {
    "x-forwarded-for": "198.51.100.1",
    "x-real-ip": "198.51.100.1",
    "true-client-ip": "198.51.100.1",
    forwarded: "for=198.51.100.1",
  };
  expect((await callerWith(claimed)).address).toBe("tanpa-alamat");
  expect((await callerWith({ ...claimed, "cf-connecting-ip": "203.0.113.7" })).address).toBe("203.0.113.7");
});

test("a User-Agent cut in the middle of a character is still text", () => {
  // workerd reads headers as UTF-8, which `Request` of Node does not.
  const header = (name: string) => (name === "user-agent" ? `${"a".repeat(199)}\u{1F600}` : undefined);
  const { agent } = callerOf({ req: { header } } as unknown as Parameters<typeof callerOf>[0]);
  expect(agent).toBe(`${"a".repeat(199)}\uFFFD`);
});
