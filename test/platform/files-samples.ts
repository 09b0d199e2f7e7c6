import { crc32, deflateSync } from "node:zlib";

export const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
export const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** Latitude 6° 12' 31.68" as three rationals, in both byte orders: what must not come out. */
export const LATITUDE = {
  MM: "00000006 00000001 0000000c 00000001 00000c60 00000064".replaceAll(" ", ""),
  II: "06000000 01000000 0c000000 01000000 600c0000 64000000".replaceAll(" ", ""),
};
/** Every planted text holds it. */
export const SECRET = "RAHASIA";

export type ByteOrder = keyof typeof LATITUDE;

const u16 = (order: ByteOrder, value: number): Uint8Array =>
  order === "MM" ? hex(hex16(value)) : hex(hex16(value)).reverse();
const u32 = (order: ByteOrder, value: number): Uint8Array =>
  order === "MM" ? hex(hex32(value)) : hex(hex32(value)).reverse();
const hex16 = (value: number) => value.toString(16).padStart(4, "0");
const hex32 = (value: number) => value.toString(16).padStart(8, "0");

/** One directory entry; a SHORT stands left in its four bytes. */
export function entry(order: ByteOrder, tag: number, type: number, count: number, value: number): Uint8Array {
  const data = type === 3 ? join(u16(order, value), hex("0000")) : u32(order, value);
  return join(u16(order, tag), u16(order, type), u32(order, count), data);
}

/** A TIFF header, the first directory at byte 8, and what follows it. `promised` lies about the number of entries. */
export function tiff(
  order: ByteOrder,
  entries: Uint8Array[],
  rest = latin1(""),
  promised = entries.length,
): Uint8Array {
  const header = join(latin1(order), u16(order, 42), u32(order, 8));
  return join(header, u16(order, promised), ...entries, u32(order, 0), rest);
}

export const ORIENTATION = 0x0112;
export const orientationEntry = (order: ByteOrder, value: number) => entry(order, ORIENTATION, 3, 1, value);

/** Exif as phones write it: model, orientation, and a GPS directory with a latitude. */
export function exif(order: ByteOrder, orientation: number, gps = true): Uint8Array {
  const model = latin1(`${SECRET}-model\0`);
  const count = gps ? 3 : 2;
  const modelAt = 8 + 2 + count * 12 + 4;
  const gpsAt = modelAt + model.length;
  const entries = [entry(order, 0x0110, 2, model.length, modelAt), orientationEntry(order, orientation)];
  if (gps) entries.push(entry(order, 0x8825, 4, 1, gpsAt));
  const latitude = entry(order, 2, 5, 3, gpsAt + 18);
  const directory = join(u16(order, 1), latitude, u32(order, 0), hex(LATITUDE[order]));
  return tiff(order, entries, gps ? join(model, directory) : model);
}

export const XMP = `<x:xmpmeta><rdf:Description exif:GPSLatitude="6,12.528S" by="${SECRET}"/></x:xmpmeta>`;

/** A JPEG segment: marker, length, payload. */
export function segment(marker: number, ...payload: Uint8Array[]): Uint8Array {
  const data = join(...payload);
  return join(Uint8Array.of(0xff, marker), u16("MM", data.length + 2), data);
}

export const app1 = (tiffBlock: Uint8Array): Uint8Array => segment(0xe1, latin1("Exif\0\0"), tiffBlock);
export const xmpSegment = segment(0xe1, latin1("http://ns.adobe.com/xap/1.0/\0"), latin1(XMP));
export const jfif = segment(0xe0, latin1("JFIF\0"), hex("0102 00 0001 0001 00 00"));
export const icc = segment(0xe2, latin1("ICC_PROFILE\0"), hex("0101"), latin1("profil"));
export const adobe = segment(0xee, latin1("Adobe"), hex("0064 0000 0000 00"));
export const SOI = hex("ffd8");
export const EOI = hex("ffd9");

const quantisation = segment(0xdb, hex("00"), new Uint8Array(64).fill(1));
/** A frame of one component. */
export const frame = (marker: number, width = 16, height = 8): Uint8Array =>
  segment(marker, hex("08"), u16("MM", height), u16("MM", width), hex("01 01 11 00"));
/** Codes: DC 0 (11 bits); AC 0, 10, 110, 1110, and 11110 for the end of a block. */
const dcTable = segment(0xc4, hex("00 01000000000000000000000000000000 0b"));
const acTable = segment(0xc4, hex("10 01010101010000000000000000000000 01 11 21 31 00"));
const restartInterval = segment(0xdd, hex("0001"));

/** A white block and a black one, with a stuffed 0xFF and a restart marker between them. */
export const BASELINE_SCAN = hex("7fff007f ffd0 000f7f");
export const DC_SCAN = hex("7fff00 ffd0 000f");
export const AC_SCAN = hex("f7 ffd0 f7");
export const baselineSos = segment(0xda, hex("01 01 00 00 3f 00"));

const dcSos = segment(0xda, hex("01 01 00 00 00 00"));
const acSos = segment(0xda, hex("01 01 00 01 3f 00"));
const baselineHead = join(quantisation, frame(0xc0), dcTable, acTable, restartInterval, baselineSos);
const progressiveHead = join(quantisation, frame(0xc2), dcTable, restartInterval, dcSos);

/** A baseline JPEG of 16 by 8 pixels, whose left half is white and right half black. */
export const baseline = (...extra: Uint8Array[]): Uint8Array =>
  join(SOI, ...extra, baselineHead, BASELINE_SCAN, EOI);

/** The same picture in two progressive scans; `between` stands between them. */
export const progressive = (extra: Uint8Array, between: Uint8Array): Uint8Array =>
  join(SOI, extra, progressiveHead, DC_SCAN, between, acTable, acSos, AC_SCAN, EOI);

/** A PNG chunk: length, type, data, CRC. */
export function chunk(type: string, data = latin1("")): Uint8Array {
  const body = join(latin1(type), data);
  return join(u32("MM", data.length), body, u32("MM", crc32(body)));
}

export const PNG_SIGNATURE = hex("89504e470d0a1a0a");
export const ihdrOf = (width: number, height: number): Uint8Array =>
  chunk("IHDR", join(u32("MM", width), u32("MM", height), hex("08 02 00 00 00")));
export const ihdr = ihdrOf(1, 1);
/** One red pixel. */
export const idat = chunk("IDAT", Uint8Array.from(deflateSync(hex("00 ff0000"))));
export const iend = chunk("IEND");
export const png = (...extra: Uint8Array[]): Uint8Array => join(PNG_SIGNATURE, ihdr, ...extra, idat, iend);

/** A PDF of one empty page; `extra` stands in its catalog. */
export const pdf = (extra = "", header = "%PDF-1.7", end = "%%EOF\n"): Uint8Array =>
  latin1(
    `${header}\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type/Catalog/Pages 2 0 R ${extra}>> endobj\n` +
      `2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n3 0 obj <</Type/Page/Parent 2 0 R>> endobj\n` +
      `trailer <</Root 1 0 R>>\n${end}`,
  );
