import { describe, expect, test } from "vitest";
import { isPublik, periksaAlamat, periksaNama } from "../../src/ppob/callback/alamat-aman.ts";

// Where a mitra must not be able to make us call.

const UMUM = { local: false, ownHost: "satupintu.example.com" };
const LOKAL = { local: true, ownHost: "127.0.0.1:8000" };

const alasanOf = (url: string, aturan = UMUM) => {
  const periksa = periksaAlamat(url, aturan);
  return "alasan" in periksa ? periksa.alasan : undefined;
};

const BUKAN_PUBLIK = "bukan alamat publik";
const BUKAN_NAMA = "bukan nama di internet publik";

describe("in production", () => {
  test.each([
    // This machine, however it is spelt.
    ["https://127.0.0.1/", BUKAN_PUBLIK],
    ["https://127.1/", BUKAN_PUBLIK],
    ["https://2130706433/", BUKAN_PUBLIK],
    ["https://0x7f.1/", BUKAN_PUBLIK],
    ["https://0x7f000001/", BUKAN_PUBLIK],
    ["https://0177.0.0.1/", BUKAN_PUBLIK],
    ["https://017700000001/", BUKAN_PUBLIK],
    ["https://127.0.0.1./", BUKAN_PUBLIK],
    ["https://１２７.0.0.1/", BUKAN_PUBLIK],
    ["https://127。0。0。1/", BUKAN_PUBLIK],
    ["https://%31%32%37.0.0.1/", BUKAN_PUBLIK],
    ["https://0.0.0.0/", BUKAN_PUBLIK],
    ["https://0/", BUKAN_PUBLIK],
    ["https://[::1]/", BUKAN_PUBLIK],
    ["https://[::]/", BUKAN_PUBLIK],
    ["https://[0:0:0:0:0:0:0:1]/", BUKAN_PUBLIK],
    // Networks behind somebody's door.
    ["https://10.0.0.1/", BUKAN_PUBLIK],
    ["https://10.255.255.255/", BUKAN_PUBLIK],
    ["https://172.16.0.1/", BUKAN_PUBLIK],
    ["https://172.31.255.255/", BUKAN_PUBLIK],
    ["https://192.168.0.1/", BUKAN_PUBLIK],
    ["https://100.64.0.1/", BUKAN_PUBLIK],
    ["https://100.100.100.200/", BUKAN_PUBLIK],
    ["https://[fd00::1]/", BUKAN_PUBLIK],
    ["https://[fc00::1]/", BUKAN_PUBLIK],
    ["https://[fec0::1]/", BUKAN_PUBLIK],
    // Link-local, where clouds keep their metadata.
    ["https://169.254.169.254/latest/meta-data/", BUKAN_PUBLIK],
    ["https://[fe80::1]/", BUKAN_PUBLIK],
    ["https://[fd00:ec2::254]/", BUKAN_PUBLIK],
    ["https://metadata.google.internal/computeMetadata/v1/", BUKAN_NAMA],
    // IPv4 inside of IPv6.
    ["https://[::ffff:127.0.0.1]/", BUKAN_PUBLIK],
    ["https://[::ffff:7f00:1]/", BUKAN_PUBLIK],
    ["https://[::ffff:8.8.8.8]/", BUKAN_PUBLIK],
    ["https://[::127.0.0.1]/", BUKAN_PUBLIK],
    ["https://[64:ff9b::7f00:1]/", BUKAN_PUBLIK],
    ["https://[64:ff9b:1::7f00:1]/", BUKAN_PUBLIK],
    ["https://[2002:7f00:1::]/", BUKAN_PUBLIK],
    ["https://[2001:0:7f00:1::]/", BUKAN_PUBLIK],
    // Nobody's, everybody's, and for examples.
    ["https://224.0.0.1/", BUKAN_PUBLIK],
    ["https://255.255.255.255/", BUKAN_PUBLIK],
    ["https://240.0.0.1/", BUKAN_PUBLIK],
    ["https://192.0.2.1/", BUKAN_PUBLIK],
    ["https://198.18.0.1/", BUKAN_PUBLIK],
    ["https://198.51.100.7/", BUKAN_PUBLIK],
    ["https://203.0.113.7/", BUKAN_PUBLIK],
    ["https://192.0.0.8/", BUKAN_PUBLIK],
    ["https://[ff02::1]/", BUKAN_PUBLIK],
    ["https://[2001:db8::1]/", BUKAN_PUBLIK],
    ["https://[100::1]/", BUKAN_PUBLIK],
    ["https://[4000::1]/", BUKAN_PUBLIK],
    // Names that are not the public's.
    ["https://localhost/", BUKAN_NAMA],
    ["https://LOCALHOST/", BUKAN_NAMA],
    ["https://localhost./", "nama tidak boleh berakhiran titik"],
    ["https://ⓛocalhost/", BUKAN_NAMA],
    ["https://toko.localhost/", BUKAN_NAMA],
    ["https://printer.local/", BUKAN_NAMA],
    ["https://nas.home.arpa/", BUKAN_NAMA],
    ["https://1.0.0.127.in-addr.arpa/", BUKAN_NAMA],
    ["https://router.lan/", BUKAN_NAMA],
    ["https://intranet/", BUKAN_NAMA],
    ["https://toko.example.onion/", BUKAN_NAMA],
    ["https://toko.co.id./hook", "nama tidak boleh berakhiran titik"],
    // Our own door.
    ["https://satupintu.example.com/webhook/biller", "itu alamat kami sendiri"],
    ["https://SATUPINTU.example.com:8443/", "itu alamat kami sendiri"],
    // Ways that are not ours.
    ["http://toko.co.id/hook", "harus https"],
    ["http://127.0.0.1/", "harus https"],
    ["ftp://toko.co.id/hook", "harus https"],
    ["file:///etc/passwd", "harus https"],
    ["gopher://127.0.0.1:6379/_FLUSHALL", "harus https"],
    ["data:text/plain,x", "harus https"],
    ["javascript:alert(1)", "harus https"],
    ["https://user:pass@toko.co.id/", "tidak boleh memuat nama pengguna atau sandi"],
    ["https://toko.co.id@127.0.0.1/", "tidak boleh memuat nama pengguna atau sandi"],
    ["https://:pass@toko.co.id/", "tidak boleh memuat nama pengguna atau sandi"],
    ["https://toko.co.id:22/", "port harus 443, atau 1024 ke atas"],
    ["https://toko.co.id:80/", "port harus 443, atau 1024 ke atas"],
    ["https://toko.co.id:0/", "port harus 443, atau 1024 ke atas"],
    ["https://toko.co.id:99999/", "bukan URL lengkap"],
    ["toko.co.id/hook", "bukan URL lengkap"],
    ["//toko.co.id/hook", "bukan URL lengkap"],
    ["", "bukan URL lengkap"],
    ["https://", "bukan URL lengkap"],
    ["https://toko .co.id/", "bukan URL lengkap"],
    ["https://[::1/", "bukan URL lengkap"],
    ["https://256.1.1.1/", "bukan URL lengkap"],
    [`https://toko.co.id/${"é".repeat(100)}`, "lebih panjang dari 500 karakter"],
  ])("%s is refused: %s", (url, alasan) => {
    expect(alasanOf(url)).toBe(alasan);
  });

  test.each([
    ["https://toko.co.id/hook", "https://toko.co.id/hook"],
    ["HTTPS://Toko.CO.ID:443/Hook?a=1#bagian", "https://toko.co.id/Hook?a=1"],
    ["https://toko.co.id:8443", "https://toko.co.id:8443/"],
    ["https://töko.co.id/", "https://xn--tko-sna.co.id/"],
    ["https://8.8.8.8/hook", "https://8.8.8.8/hook"],
    ["https://134744072/", "https://8.8.8.8/"],
    ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
    ["https://172.32.0.1/", "https://172.32.0.1/"],
    ["https://localhost.co.id/", "https://localhost.co.id/"],
    ["https://x.satupintu.example.com/", "https://x.satupintu.example.com/"],
  ])("%s is taken as %s", (url, href) => {
    expect(periksaAlamat(url, UMUM)).toMatchObject({ url: { href } });
  });
});

describe("in local development", () => {
  test.each([
    "http://127.0.0.1:9999/hook",
    "http://localhost:80/",
    "http://[::1]:3000/",
    "https://127.0.0.1/",
  ])("%s is this very machine, and fine", (url) => {
    expect(alasanOf(url, LOKAL)).toBeUndefined();
  });

  test.each([
    ["http://127.0.0.1:8000/queue/kiriman", "itu alamat kami sendiri"],
    ["http://toko.co.id/", "harus https"],
    ["http://10.0.0.1/", "harus https"],
    ["https://10.0.0.1/", BUKAN_PUBLIK],
    ["https://169.254.169.254/", BUKAN_PUBLIK],
    ["http://user:pass@127.0.0.1:9999/", "tidak boleh memuat nama pengguna atau sandi"],
  ])("%s is refused all the same: %s", (url, alasan) => {
    expect(alasanOf(url, LOKAL)).toBe(alasan);
  });
});

describe("names", () => {
  const url = new URL("https://toko.co.id/hook");
  const at =
    (...addresses: string[]) =>
    async () =>
      addresses;

  test.each([["8.8.8.8"], ["8.8.8.8", "2606:4700:4700::1111"]])(
    "one of public addresses: %s",
    async (...all) => {
      expect(await periksaNama(url, at(...all))).toBeUndefined();
    },
  );

  test.each([
    ["127.0.0.1"],
    ["10.0.0.7"],
    ["169.254.169.254"],
    ["8.8.8.8", "192.168.1.1"],
    ["8.8.8.8", "::1"],
    ["2606:4700:4700::1111", "fd00::1"],
    ["::ffff:10.0.0.1"],
    ["bukan alamat"],
  ])("one that leads elsewhere, if only with one of its addresses: %s %s", async (...all) => {
    expect(await periksaNama(url, at(...all))).toBe("namanya menunjuk ke alamat yang bukan publik");
  });

  test("one without any address", async () => {
    expect(await periksaNama(url, at())).toBe("namanya tidak ditemukan di DNS");
  });

  test("an address needs no name", async () => {
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return [];
    };
    for (const literal of ["https://8.8.8.8/", "https://[2606:4700:4700::1111]/", "http://localhost:1/"])
      expect(await periksaNama(new URL(literal), resolve)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

test.each(["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2400:cb00::1"])("%s is public", (address) => {
  expect(isPublik(address)).toBe(true);
});
