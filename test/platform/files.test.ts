import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sanitizeFile, type SanitizedFile } from "../../src/platform/files/sanitize.ts";
import {
  AC_SCAN,
  BASELINE_SCAN,
  DC_SCAN,
  EOI,
  LATITUDE,
  ORIENTATION,
  PNG_SIGNATURE,
  SECRET,
  SOI,
  XMP,
  adobe,
  app1,
  baseline,
  baselineSos,
  chunk,
  entry,
  exif,
  frame,
  hex,
  icc,
  idat,
  iend,
  ihdr,
  ihdrOf,
  jfif,
  join,
  latin1,
  orientationEntry,
  pdf,
  png,
  progressive,
  segment,
  tiff,
  xmpSegment,
  type ByteOrder,
} from "./files-samples.ts";

const asHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const ORDERS: ByteOrder[] = ["II", "MM"];

/** Sanitises what must pass, and checks what holds of everything that passes. */
function expectPassed(bytes: Uint8Array): SanitizedFile {
  const before = bytes.slice();
  const file = sanitizeFile(bytes);
  if (!file) throw new Error("refused");
  expect(asHex(bytes), "the upload is left alone").toBe(asHex(before));
  const again = sanitizeFile(file.bytes);
  expect(again?.mimeType).toBe(file.mimeType);
  expect(asHex(again?.bytes ?? latin1("")), "once is enough").toBe(asHex(file.bytes));
  const text = Buffer.from(file.bytes).toString("latin1");
  for (const planted of [SECRET, "GPSLatitude", "\x88\x25", "\x25\x88"]) expect(text).not.toContain(planted);
  for (const order of ORDERS) expect(asHex(file.bytes)).not.toContain(LATITUDE[order]);
  return file;
}

function expectJpeg(bytes: Uint8Array, expected: Uint8Array): SanitizedFile {
  const file = expectPassed(bytes);
  expect(file.mimeType).toBe("image/jpeg");
  expect(asHex(file.bytes)).toBe(asHex(expected));
  return file;
}

function expectPng(bytes: Uint8Array, expected: Uint8Array): SanitizedFile {
  const file = expectPassed(bytes);
  expect(file.mimeType).toBe("image/png");
  expect(asHex(file.bytes)).toBe(asHex(expected));
  return file;
}

/** A JPEG with this one in place of its frame. */
const withFrame = (itsFrame: Uint8Array) => join(SOI, itsFrame, baselineSos, BASELINE_SCAN, EOI);

/** Exif of one orientation, as it is written back. */
const upright = (orientation: number) => app1(tiff("MM", [orientationEntry("MM", orientation)]));

describe("a JPEG", () => {
  test("without metadata passes as it is", () => {
    for (const plain of [baseline(), baseline(jfif, icc, adobe), progressive(jfif, latin1(""))]) {
      expect(expectJpeg(plain, plain).exif).toEqual({ gps: false });
    }
  });

  test("keeps its scans byte by byte", () => {
    expect(asHex(expectPassed(baseline(app1(exif("II", 6)))).bytes)).toContain(
      asHex(join(baselineSos, BASELINE_SCAN, EOI)),
    );
    const file = expectPassed(progressive(app1(exif("II", 6)), xmpSegment));
    expect(asHex(file.bytes)).toContain(asHex(DC_SCAN));
    expect(asHex(file.bytes)).toContain(asHex(join(AC_SCAN, EOI)));
  });

  describe.each(ORDERS)("with Exif in byte order %s", (order) => {
    test.each([2, 3, 4, 5, 6, 7, 8])("keeps orientation %i and nothing else of it", (orientation) => {
      const file = expectJpeg(
        baseline(app1(exif(order, orientation)), jfif),
        baseline(upright(orientation), jfif),
      );
      expect(file.exif).toEqual({ orientation, gps: true });
      expect(sanitizeFile(file.bytes)?.exif).toEqual({ orientation, gps: false });
    });

    test("says orientation 1, and does not write it", () => {
      expect(expectJpeg(baseline(app1(exif(order, 1))), baseline()).exif).toEqual({
        orientation: 1,
        gps: true,
      });
    });

    test("without GPS says so", () => {
      expect(expectPassed(baseline(app1(exif(order, 6, false)))).exif).toEqual({
        orientation: 6,
        gps: false,
      });
    });

    test.each<[string, Uint8Array]>([
      ["0", orientationEntry(order, 0)],
      ["9", orientationEntry(order, 9)],
      ["as LONG", entry(order, ORIENTATION, 4, 1, order === "MM" ? 6 << 16 : 6)],
      ["twice in one entry", entry(order, ORIENTATION, 3, 2, 6)],
    ])("does not believe orientation %s", (_name, wrong) => {
      expect(expectJpeg(baseline(app1(tiff(order, [wrong]))), baseline()).exif).toEqual({ gps: false });
      const both = [wrong, orientationEntry(order, 8), orientationEntry(order, 3)];
      expect(expectPassed(baseline(app1(tiff(order, both)))).exif.orientation).toBe(8);
    });
  });

  test("believes the first of two Exif segments, and finds GPS in the second", () => {
    const two = baseline(app1(exif("II", 6, false)), app1(exif("MM", 3)));
    expect(expectJpeg(two, baseline(upright(6))).exif).toEqual({ orientation: 6, gps: true });
    const other = baseline(app1(exif("II", 6)), app1(exif("MM", 3, false)));
    expect(expectJpeg(other, baseline(upright(6))).exif).toEqual({ orientation: 6, gps: true });
  });

  test("with XMP says whether GPS stood in it", () => {
    expect(expectJpeg(baseline(xmpSegment), baseline()).exif).toEqual({ gps: true });
    const extension = segment(0xe1, latin1("http://ns.adobe.com/xmp/extension/\0"), latin1(XMP));
    expect(expectJpeg(baseline(extension), baseline()).exif).toEqual({ gps: true });
    const atTheEnd = segment(0xe1, latin1(" GPSLatitude"));
    expect(expectJpeg(baseline(atTheEnd), baseline()).exif).toEqual({ gps: true });
    const comment = segment(0xfe, latin1(XMP));
    expect(expectJpeg(baseline(comment), baseline()).exif).toEqual({ gps: false });
    const across = [segment(0xe1, latin1("GPSLatit")), segment(0xe1, latin1(`ude ${SECRET}`))];
    expect(expectJpeg(baseline(...across), baseline()).exif).toEqual({ gps: false });
  });

  test.each<[string, Uint8Array]>([
    ["APP0 of another kind", segment(0xe0, latin1(`JFXX\0\x10${SECRET} thumbnail`))],
    ["APP0 too short for JFIF", segment(0xe0, latin1("JFIF\0\x01\x02"))],
    ["APP2 of another kind", segment(0xe2, latin1(`MPF\0${SECRET}`))],
    ["APP14 of another kind", segment(0xee, latin1(`Adobi${SECRET}`))],
    ["a comment", segment(0xfe, latin1(SECRET))],
    ...[1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15].map((n): [string, Uint8Array] => [
      `APP${n}`,
      segment(0xe0 + n, latin1(`ICC_PROFILE\0 Adobe JFIF\0 ${SECRET}`)),
    ]),
    ...["ICC_PROFILE", "JFIF", "Adobe"].map((name): [string, Uint8Array] => [
      `APP13 named ${name}`,
      segment(0xed, latin1(`${name}\0${SECRET} and more`)),
    ]),
  ])("loses %s, at its head and between its scans", (_name, metadata) => {
    expectJpeg(baseline(metadata, jfif, metadata, metadata), baseline(jfif));
    expectJpeg(progressive(metadata, metadata), progressive(latin1(""), latin1("")));
  });

  test("keeps a JFIF header, and not the thumbnail in it", () => {
    const thumbnail = segment(0xe0, latin1("JFIF\0"), hex("0102 00 0001 0001 01 03"), latin1(`${SECRET}12`));
    expectJpeg(baseline(thumbnail), baseline(jfif));
  });

  test("may have fill bytes before any marker", () => {
    const fill = hex("ffffff");
    expectJpeg(baseline(fill, app1(exif("II", 8)), fill, jfif, fill), baseline(upright(8), jfif));
    expectJpeg(progressive(fill, fill), progressive(latin1(""), latin1("")));
    const plain = baseline();
    expectJpeg(join(plain.subarray(0, -2), fill, EOI), plain);
  });

  test("may have fill bytes before a restart marker", () => {
    const [head, tail] = [
      baseline().subarray(0, -BASELINE_SCAN.length - 2),
      hex("7fff007f ffffffd0 000f7f ffd9"),
    ];
    expectJpeg(join(head, tail), join(head, tail));
  });

  test.each([0, 1, 7])("may have restart marker %i in a scan", (n) => {
    const head = baseline().subarray(0, -BASELINE_SCAN.length - 2);
    const whole = join(head, hex(`7f ffd${n} 0f ffd9`));
    expectJpeg(whole, whole);
  });

  test("ends at its first EOI", () => {
    for (const appended of [
      latin1(`PK\x03\x04${SECRET}`),
      latin1(`<script>${SECRET}`),
      baseline(xmpSegment),
    ]) {
      expectJpeg(join(baseline(jfif), appended), baseline(jfif));
    }
    const inside = join(baseline(), SOI);
    expectJpeg(inside, baseline());
  });

  test.each([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])(
    "may have a frame of kind %i",
    (marker) => {
      const whole = join(SOI, frame(marker), segment(0xda), BASELINE_SCAN, EOI);
      expectJpeg(whole, whole);
    },
  );

  test("may have arithmetic tables and a number of lines", () => {
    const whole = progressive(segment(0xcc, hex("0000")), segment(0xdc, hex("0008")));
    expectJpeg(whole, whole);
  });

  test.each<[string, Uint8Array]>([
    ["only its first bytes", SOI],
    ["no start", baseline().subarray(2)],
    ["half a start", join(hex("ff"), baseline().subarray(2))],
    ["a start with a wrong second byte", join(hex("ffd7"), baseline().subarray(2))],
    ["a start with a wrong first byte", join(hex("fed8"), baseline().subarray(2))],
    ["no scan", join(SOI, frame(0xc0), EOI)],
    ["no frame", join(SOI, baselineSos, BASELINE_SCAN, EOI)],
    ["its frame after the scan", join(SOI, baselineSos, BASELINE_SCAN, frame(0xc0), EOI)],
    ["tables in place of a frame", join(SOI, segment(0xc4), segment(0xcc), baselineSos, BASELINE_SCAN, EOI)],
    ["a second frame", baseline(frame(0xc0))],
    ["a frame that ends before its size", withFrame(segment(0xc0, hex("08 0008 0010")))],
    ["another number of lines", progressive(latin1(""), segment(0xdc, hex("0009")))],
    ["a number of lines before its frame", baseline(segment(0xdc, hex("0008")))],
    ["no end", baseline().subarray(0, -2)],
    ["half an end", baseline().subarray(0, -1)],
    ["fill bytes for an end", join(baseline().subarray(0, -2), hex("ffffffff"))],
    ["a segment length of 0", baseline(hex("ffe10000"))],
    ["a segment length of 1", baseline(hex("ffe10001"))],
    ["a segment that ends behind the file", join(baseline().subarray(0, -2), hex("fffe0003"))],
    ["a segment that ends with the file", join(baseline().subarray(0, -2), hex("fffe0002"))],
    ["a scan header of length 0", join(SOI, frame(0xc0), hex("ffda0000"), EOI)],
    ["a scan header of length 1", join(SOI, frame(0xc0), hex("ffda0001"), EOI)],
    ["half a segment length", join(baseline().subarray(0, -2), hex("fffe00"))],
    ["bytes between segments", baseline(jfif, latin1("x"))],
    ["a segment without its 0xFF", baseline(jfif, segment(0xfe).subarray(1))],
    ["data behind metadata within a scan", progressive(latin1(""), join(xmpSegment, hex("0f")))],
    ...[0x00, 0x01, 0x02, 0xbf, 0xc8, 0xd0, 0xd7, 0xd8, 0xde, 0xdf, 0xf0, 0xfd].map(
      (marker): [string, Uint8Array] => [`marker 0x${marker.toString(16)}`, baseline(segment(marker))],
    ),
  ])("with %s is refused", (_name, broken) => {
    expect(sanitizeFile(broken)).toBeUndefined();
  });

  test("is refused when it is cut off anywhere", () => {
    const whole = progressive(join(jfif, app1(exif("II", 6))), join(icc, xmpSegment));
    for (let length = 0; length < whole.length; length++) {
      expect(sanitizeFile(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
  });
});

describe("Exif that leads nowhere is harmless", () => {
  const orientation = orientationEntry("MM", 6);
  test.each<[string, Uint8Array]>([
    ["empty", latin1("")],
    ["a header alone", latin1("MM\0*")],
    ["seven bytes", latin1("MM\0*\0\0\0")],
    ["another byte order", join(latin1("XX\0*"), tiff("MM", [orientation]).subarray(4))],
    ["a wrong magic number", join(hex("4d4d002b"), tiff("MM", [orientation]).subarray(4))],
    ["mixed byte orders", join(hex("4949002a"), tiff("MM", [orientation]).subarray(4))],
    ["a directory at its end", join(hex("4d4d002a 00000008"))],
    ["a directory of one byte", join(hex("4d4d002a 00000008 01"))],
    ["a directory far away", join(hex("4d4d002a fffffffe"), orientation)],
    ["a directory without entries", tiff("MM", [])],
    ["65,535 entries promised, none there", tiff("MM", [], latin1(""), 65_535)],
  ])("%s", (_name, block) => {
    expect(expectJpeg(baseline(app1(block)), baseline()).exif).toEqual({ gps: false });
    expect(expectPng(png(chunk("eXIf", block)), png()).exif).toEqual({ gps: false });
  });

  test("a segment that ends within its name", () => {
    for (const name of ["", "E", "Exif", "Exif\0", "Exif\0\0"]) {
      expect(expectJpeg(baseline(segment(0xe1, latin1(name))), baseline()).exif).toEqual({ gps: false });
    }
  });

  test("a directory that contains itself", () => {
    const loop = join(hex("4d4d002a 00000004"), orientation);
    expect(expectJpeg(baseline(app1(loop)), baseline()).exif).toEqual({ gps: false });
    const pointsAtItself = tiff("MM", [
      entry("MM", 0x8825, 4, 1, 8),
      entry("MM", 0x8769, 4, 1, 8),
      orientation,
    ]);
    expect(expectPassed(baseline(app1(pointsAtItself))).exif).toEqual({ orientation: 6, gps: true });
  });

  test("more entries promised than there are", () => {
    const block = tiff("II", [orientationEntry("II", 6)], latin1(""), 65_535);
    expect(expectPassed(baseline(app1(block))).exif).toEqual({ orientation: 6, gps: false });
  });

  test("a directory that ends with its last entry", () => {
    const block = tiff("MM", [orientation]).subarray(0, -4);
    expect(expectPassed(baseline(app1(block))).exif).toEqual({ orientation: 6, gps: false });
  });

  test("fewer entries promised than there are", () => {
    const block = tiff("II", [orientationEntry("II", 6), entry("II", 0x8825, 4, 1, 8)], latin1(""), 1);
    expect(expectPassed(baseline(app1(block))).exif).toEqual({ orientation: 6, gps: false });
  });
});

describe("a PNG", () => {
  const kept = ["gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "PLTE", "bKGD", "pHYs", "tRNS"]
    .concat(["acTL", "fcTL", "fdAT"])
    .map((type) => chunk(type, latin1(`isi ${type}`)));

  test("without metadata passes as it is", () => {
    for (const plain of [png(), png(...kept), png(...kept.toReversed()), png(idat, idat)]) {
      expect(expectPng(plain, plain).exif).toEqual({ gps: false });
    }
  });

  test.each(["eXIf", "tEXt", "zTXt", "iTXt", "tIME", "prVt", "caBX", "gamA"])("loses %s", (type) => {
    const metadata = chunk(type, latin1(`Comment\0${SECRET}`));
    const [first, ...others] = kept;
    expectPng(png(metadata, first ?? metadata, metadata, ...others, metadata), png(...kept));
    expectPng(join(PNG_SIGNATURE, ihdr, idat, metadata, iend), png());
  });

  test.each(ORDERS)("says what its Exif said, in byte order %s", (order) => {
    expect(expectPng(png(chunk("eXIf", exif(order, 6))), png()).exif).toEqual({ orientation: 6, gps: true });
    const here = png(chunk("eXIf", exif(order, 3, false)));
    expect(expectPng(here, png()).exif).toEqual({ orientation: 3, gps: false });
  });

  test("says whether GPS stood in its XMP", () => {
    const xmp = (text: string) => chunk("iTXt", latin1(`XML:com.adobe.xmp\0\0\0\0\0${text}`));
    expect(expectPng(png(xmp(XMP)), png()).exif).toEqual({ gps: true });
    expect(expectPng(png(xmp(XMP), chunk("tEXt", latin1("Title\0x"))), png()).exif).toEqual({ gps: true });
    expect(expectPng(png(xmp("<x:xmpmeta/>")), png()).exif).toEqual({ gps: false });
  });

  test("ends at its first IEND", () => {
    for (const appended of [latin1(`PK\x03\x04${SECRET}`), png(chunk("tEXt", latin1(SECRET))), hex("00")]) {
      expectPng(join(png(), appended), png());
    }
  });

  const bent = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes.at(at) ?? 0) ^ 1);
  test.each<[string, Uint8Array]>([
    ["only its signature", PNG_SIGNATURE],
    ["a wrong signature", bent(png(), 6)],
    ["no header", join(PNG_SIGNATURE, idat, iend)],
    ["another chunk for a header", join(PNG_SIGNATURE, chunk("gAMA", new Uint8Array(13)), idat, iend)],
    ["its header second", join(PNG_SIGNATURE, chunk("gAMA"), ihdr, idat, iend)],
    ["two headers", png(ihdr)],
    ["a short header", join(PNG_SIGNATURE, chunk("IHDR", hex("0000000100000001")), idat, iend)],
    ["no pixels", join(PNG_SIGNATURE, ihdr, iend)],
    ["no end", join(PNG_SIGNATURE, ihdr, idat)],
    ["an end with something in it", join(PNG_SIGNATURE, ihdr, idat, chunk("IEND", latin1(SECRET)))],
    ["an unknown critical chunk", png(chunk("CgBI", hex("50002002")))],
    ["a bent CRC", bent(png(), -14)],
    ["a bent CRC of a chunk that goes", png(bent(chunk("tEXt", latin1("a\0b")), -1))],
    ["bent pixels", bent(png(), -20)],
    ["a chunk longer than the file", join(PNG_SIGNATURE, ihdr, hex("7fffffff"), latin1("IDAT"), idat, iend)],
    ["a chunk of 4 GiB", join(PNG_SIGNATURE, ihdr, hex("ffffffff"), latin1("IDAT"), idat, iend)],
    ["bytes between chunks", png(latin1("x"))],
  ])("with %s is refused", (_name, broken) => {
    expect(sanitizeFile(broken)).toBeUndefined();
  });

  test("is refused when it is cut off anywhere", () => {
    const whole = png(...kept, chunk("eXIf", exif("MM", 6)));
    for (let length = 0; length < whole.length; length++) {
      expect(sanitizeFile(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
    }
  });
});

describe("the size that a picture declares", () => {
  const jpegs = (width: number, height: number) =>
    [0xc0, 0xc2, 0xc3, 0xcf].map((marker) => withFrame(frame(marker, width, height)));
  const pngOf = (width: number, height: number) => join(PNG_SIGNATURE, ihdrOf(width, height), idat, iend);

  test.each([
    [1, 1],
    [1, 16_384],
    [16_384, 1],
    [9_248, 6_936],
    [16_384, 3_967],
    [3_967, 16_384],
  ])("may be %i by %i", (width, height) => {
    for (const whole of jpegs(width, height)) expectJpeg(whole, whole);
    expectPng(pngOf(width, height), pngOf(width, height));
  });

  test.each([
    [0, 0],
    [0, 8],
    [8, 0],
    [0, 50_000],
    [1, 16_385],
    [16_385, 1],
    [8_062, 8_063],
    [16_384, 3_968],
    [3_968, 16_384],
    [50_000, 50_000],
    [65_535, 65_535],
  ])("may not be %i by %i", (width, height) => {
    for (const whole of [...jpegs(width, height), pngOf(width, height)])
      expect(sanitizeFile(whole)).toBeUndefined();
  });

  test.each([
    [2 ** 31, 1],
    [1, 2 ** 31],
    [2 ** 32 - 1, 2 ** 32 - 1],
    // 2 to the 32nd in all, which is 0 in 32 bits.
    [2 ** 16, 2 ** 16],
  ])("may not be %i by %i, as only a PNG can say", (width, height) => {
    expect(sanitizeFile(pngOf(width, height))).toBeUndefined();
  });

  test("of a frame that comes after a metadata segment with a size of its own counts alone", () => {
    const thumbnail = segment(0xed, SOI, frame(0xc0, 50_000, 50_000));
    expectJpeg(baseline(thumbnail), baseline());
    expect(
      sanitizeFile(join(SOI, thumbnail, frame(0xc0, 0, 8), baselineSos, BASELINE_SCAN, EOI)),
    ).toBeUndefined();
  });
});

describe("a PDF", () => {
  test.each<[string, Uint8Array]>([
    ["1.7", pdf()],
    ["1.0", pdf("", "%PDF-1.0")],
    ["2.0", pdf("", "%PDF-2.0")],
    ["whose end mark is 1,024 bytes from its end", pdf("", "%PDF-1.4", `%%EOF${" ".repeat(1019)}`)],
    [
      "with names that only begin alike",
      pdf("/JSX 1 /LaunchPad 2 /EmbeddedFileX 3 /JavaScripts 4 /OpenActions 5"),
    ],
    ["that say at which page to open", pdf("/OpenAction [3 0 R /Fit] /OpenAction[0]")],
    ["with other letters", pdf("/javascript 1 /js (x) /J#61vascript 1 /OPENACTION 1")],
    ["with the words, not the names", pdf("/Title (JavaScript JS Launch EmbeddedFile OpenAction)")],
    ["with /JS by chance in its data", pdf("stream\n\x80/JS\x81 /JS\x00\xff/JS>/JS ]/JS x/JS\n\n endstream")],
  ])("%s passes as it is", (_name, whole) => {
    const file = sanitizeFile(whole);
    expect(file).toEqual({ mimeType: "application/pdf", bytes: whole, exif: { gps: false } });
  });

  const names = [
    "JavaScript",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "SubmitForm",
    "ImportData",
    "RichMedia",
    "XFA",
  ];
  const loud = [...names, "OpenAction"].flatMap((name) =>
    [" ", "\0", "\t", "\n", "\f", "\r", "/X", "(x)", "<00>", "[0]", ">>", "{", "}", "]", ")", "%x\n"].flatMap(
      // An array there is the page at which to open.
      (after) => (name === "OpenAction" && after.startsWith("[") ? [] : [`/${name}${after}`]),
    ),
  );
  test.each([
    "/S/JavaScript/JS(app.alert\\(1\\))",
    "/JS(x)",
    "/JS (x)",
    "/JS<00>",
    "/JS\n<00>",
    "/JS 7 0 R",
    "/JS\0\t\f\r\n7 0 R",
    "/JS%x\n(x)",
    "/JS %x\n(x)",
    "/J#61vaScript ",
    "/#4a#61#76#61#53#63#72#69#70#74 ",
    "/#4A#53 (x)",
    "/OpenActio#6E 1",
    "/OpenActio#6e 1",
    ...loud,
  ])("that names %j is refused", (name) => {
    expect(sanitizeFile(pdf(name))).toBeUndefined();
  });

  test("that ends in such a name is refused", () => {
    expect(sanitizeFile(pdf("", "%PDF-1.7", "%%EOF /Launch"))).toBeUndefined();
  });

  test.each<[string, Uint8Array]>([
    ["something before it", pdf("", " %PDF-1.7")],
    ["version 3", pdf("", "%PDF-3.0")],
    ["version 10", pdf("", "%PDF-10")],
    ["a lower-case header", pdf("", "%pdf-1.7")],
    ["only its header", latin1("%PDF-1.7\n")],
    ["no end mark", pdf("", "%PDF-1.7", "")],
    ["its end mark 1,025 bytes from its end", pdf("", "%PDF-1.7", `%%EOF${" ".repeat(1020)}`)],
    ["an end mark in lower case", pdf("", "%PDF-1.7", "%%eof")],
  ])("with %s is refused", (_name, broken) => {
    expect(sanitizeFile(broken)).toBeUndefined();
  });
});

test.each<[string, Uint8Array]>([
  ["nothing", latin1("")],
  ["one byte", hex("ff")],
  ["text", latin1("halo")],
  ["HTML", latin1("<!doctype html><script>alert(1)</script>")],
  ["SVG", latin1("<svg xmlns='http://www.w3.org/2000/svg'/>")],
  ["GIF", latin1("GIF89a\x01\0\x01\0\0\0\0;")],
  ["WebP", latin1("RIFF\x1a\0\0\0WEBPVP8L")],
  ["HEIC", latin1("\0\0\0\x18ftypheic")],
  ["zip", latin1("PK\x03\x04")],
  ["HTML before a JPEG", join(latin1("<html>"), baseline())],
])("%s is refused", (_name, other) => {
  expect(sanitizeFile(other)).toBeUndefined();
});

test("a view into a larger buffer is read from where it starts", () => {
  for (const whole of [baseline(app1(exif("II", 6))), png(chunk("eXIf", exif("MM", 6))), pdf()]) {
    const view = join(latin1("di depan"), whole, latin1("di belakang")).subarray(8, 8 + whole.length);
    expect(sanitizeFile(view)).toEqual(sanitizeFile(whole));
    expect(sanitizeFile(Buffer.from(view))?.mimeType).toBe(sanitizeFile(whole)?.mimeType);
  }
});

test("what comes out of an image shares no memory with what went in", () => {
  for (const whole of [baseline(xmpSegment), png(chunk("tEXt", latin1(SECRET)))]) {
    const file = sanitizeFile(whole);
    const out = asHex(file?.bytes ?? latin1(""));
    expect(file?.bytes.buffer.byteLength).toBe(file?.bytes.length);
    whole.fill(0);
    expect(asHex(file?.bytes ?? latin1(""))).toBe(out);
  }
});

/** Large enough that work growing with its square would outlast the test. */
const LARGE = 5_000_000;
const many = (part: Uint8Array) => {
  const whole = new Uint8Array(LARGE - (LARGE % part.length));
  whole.set(part);
  for (let size = part.length; size < whole.length; size *= 2) whole.copyWithin(size, 0, size);
  return whole;
};

describe("5 MB are read in one go:", () => {
  const scan = (data: Uint8Array) => join(baseline().subarray(0, -2), data, EOI);
  test.each<[string, () => Uint8Array, boolean]>([
    ["0xFF", () => many(hex("ff")), false],
    ["fill bytes", () => baseline(many(hex("ff"))), true],
    ["fill bytes without an end", () => join(SOI, many(hex("ff"))), false],
    ["empty segments that go", () => baseline(many(hex("fffe0002"))), true],
    ["empty segments that stay", () => baseline(many(hex("ffdb0002"))), true],
    ["segments that go and stay in turn", () => baseline(many(hex("fffe0002 ffdb0002"))), true],
    ["Exif segments", () => baseline(many(app1(exif("II", 6)))), true],
    ["almost GPS", () => baseline(many(segment(0xe1, many(latin1("GPSLatitud")).subarray(0, 60_000)))), true],
    ["stuffed bytes", () => scan(many(hex("ff00"))), true],
    ["fill bytes in a scan", () => scan(many(hex("ff"))), true],
    ["scans", () => scan(many(hex("ffda0002"))), true],
    ["empty PNG chunks", () => png(many(chunk("tEXt"))), true],
    ["empty PNG chunks that stay", () => png(many(chunk("IDAT"))), true],
    ["a PNG's Exif", () => png(chunk("eXIf", many(exif("II", 6)))), true],
    ["slashes", () => pdf(latin1text(many(latin1("/")))), true],
    ["almost /JS", () => pdf(latin1text(many(latin1("/JS    ")))), true],
    ["one /JS and spaces", () => pdf(`/JS${" ".repeat(LARGE)}x`), true],
    ["escapes", () => pdf(latin1text(many(latin1("/#4a")))), true],
  ])("%s", (_name, make, passes) => {
    expect(sanitizeFile(make()) !== undefined).toBe(passes);
  });
});

function latin1text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

describe("whatever comes", () => {
  const samples = [
    baseline(jfif, app1(exif("II", 6)), xmpSegment, icc, adobe),
    progressive(join(hex("ff"), app1(exif("MM", 8))), join(xmpSegment, segment(0xfe, latin1(SECRET)))),
    baseline(app1(tiff("II", [orientationEntry("II", 3)]).subarray(0, -4))),
    png(chunk("gAMA", hex("0000b18f")), chunk("eXIf", exif("II", 6)), chunk("iTXt", latin1(XMP))),
    pdf("/Lang (id)"),
    join(baseline(), png(), pdf()),
  ];
  /** Never throws; what passes is no longer than allowed, and passes again unchanged. */
  const expectSound = (bytes: Uint8Array) => {
    const file = sanitizeFile(bytes);
    if (!file) return;
    expect(file.bytes.length).toBeLessThanOrEqual(bytes.length + 40);
    const again = sanitizeFile(file.bytes);
    expect(again?.mimeType).toBe(file.mimeType);
    expect(asHex(again?.bytes ?? latin1(""))).toBe(asHex(file.bytes));
    if (file.mimeType !== "application/pdf") expect(again?.exif.gps).toBe(false);
  };
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const byte = fc.oneof(
    fc.constantFrom(0, 1, 0xff, 0xd8, 0xd9, 0xda, 0xe1),
    fc.integer({ min: 0, max: 255 }),
  );
  const bytes = fc.array(byte, { maxLength: 8 }).map((list) => Uint8Array.from(list));

  test("of valid files with bytes replaced, inserted, taken out or repeated", () => {
    const change = fc.record({
      from: place,
      length: fc.integer({ min: 0, max: 30 }),
      put: bytes,
      twice: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        (sample, changes) => {
          let mutant = sample;
          for (const { from, length, put, twice } of changes) {
            const at = Math.floor(from * mutant.length);
            const end = twice ? at : at + length;
            mutant = join(mutant.subarray(0, at + (twice ? length : 0)), put, mutant.subarray(end));
          }
          expectSound(mutant);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test("of Exif with any bytes", () => {
    const header = fc.constantFrom(hex("4d4d002a000000"), hex("49492a00"), latin1(""));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        expectSound(baseline(app1(join(start, rest))));
        expectSound(png(chunk("eXIf", join(start, rest))));
      }),
      { numRuns: 2_000 },
    );
  });

  test("of any bytes, also behind a valid start", () => {
    const start = fc.constantFrom(latin1(""), SOI, join(SOI, frame(0xc0), segment(0xda)), PNG_SIGNATURE);
    fc.assert(
      fc.property(start, fc.array(byte, { maxLength: 200 }), fc.boolean(), (head, rest, ends) => {
        expectSound(join(head, Uint8Array.from(rest), ends ? EOI : latin1("")));
      }),
      { numRuns: 5_000 },
    );
  });
});
