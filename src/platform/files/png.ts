import { mergeExif, namesLatitude, readExif, type ExifFacts } from "./exif.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** A chunk's length, type and CRC. */
const FRAME_BYTES = 12;

const CRITICAL = new Set(["IHDR", "PLTE", "IDAT", "IEND"]);
/** Colours, transparency, size on paper, and animation. */
const HARMLESS = new Set(
  ["gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "tRNS"].concat(["acTL", "fcTL", "fdAT"]),
);

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/**
 * A PNG without private metadata, or `undefined` when it is none or broken (W3C PNG, third edition, §5).
 *
 * Stays, in order and byte by byte: what makes up the picture. Goes: Exif, texts, times, every ancillary chunk not known
 * to be harmless, all after IEND. An unknown critical chunk is refused, as decoders must. GPS in compressed texts goes
 * unnoticed, and goes with them. `width` and `height` are what IHDR declares, which may be anything.
 */
export function sanitizePng(
  bytes: Uint8Array,
): { bytes: Uint8Array; exif: ExifFacts; width: number; height: number } | undefined {
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Uint8Array(bytes.length);
  out.set(SIGNATURE);
  let size = SIGNATURE.length;
  let exif: ExifFacts = { gps: false };
  let hasPixels = false;
  let at = SIGNATURE.length;
  for (;;) {
    if (at + FRAME_BYTES > bytes.length) return undefined;
    const length = view.getUint32(at);
    const end = at + FRAME_BYTES + length;
    if (end > bytes.length || view.getUint32(end - 4) !== crcOf(bytes, at + 4, end - 4)) return undefined;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const isFirst = at === SIGNATURE.length;
    if (isFirst !== (type === "IHDR") || (isFirst && length !== 13)) return undefined;
    hasPixels ||= type === "IDAT";
    if (CRITICAL.has(type) || HARMLESS.has(type)) {
      out.set(bytes.subarray(at, end), size);
      size += end - at;
    } else if (isCritical(type)) {
      return undefined;
    } else {
      exif = mergeExif(exif, factsOf(bytes, type, at + 8, end - 4));
    }
    at = end;
    if (type !== "IEND") continue;
    if (!hasPixels || length > 0) return undefined;
    const header = SIGNATURE.length + 8;
    const [width, height] = [view.getUint32(header), view.getUint32(header + 4)];
    return { bytes: out.slice(0, size), exif, width, height };
  }
}

/** Bit 5 of a type's first letter is clear, which makes it upper case, when the picture cannot be shown without it. */
function isCritical(type: string): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}

/** What a chunk that goes says: eXIf is Exif from its TIFF header on, XMP is a text among others. */
function factsOf(bytes: Uint8Array, type: string, start: number, end: number): ExifFacts {
  if (type === "eXIf") return readExif(bytes.subarray(start, end));
  return { gps: namesLatitude(bytes, start, end) };
}

/** CRC-32 of ISO 3309 over `bytes[start..end)`. */
function crcOf(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let at = start; at < end; at++) {
    crc = (CRC_TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
