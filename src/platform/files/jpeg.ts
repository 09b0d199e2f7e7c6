import { isTextAt, mergeExif, namesLatitude, readExif, type ExifFacts, type Orientation } from "./exif.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DNL = 0xdc;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** A JFIF header without its thumbnail: marker, length, and 14 bytes of which the last two are the thumbnail's size. */
const JFIF_BYTES = 18;
/** A frame's marker, length, precision, height, width and number of components. */
const FRAME_HEAD_BYTES = 10;

/** Pixels. */
interface Size {
  width: number;
  height: number;
}

/**
 * A JPEG without private metadata, or `undefined` when it is none or broken (ITU-T T.81 annex B).
 *
 * Stays: tables, frame and scans byte by byte, JFIF's header without its thumbnail, the ICC profile, Adobe's colour
 * transform. Goes: every other application segment, comments, fill bytes, all after EOI. An Orientation other than 1 is
 * written back alone. Refused too: markers no browser decodes, since they could carry anything, a second frame, and
 * another number of lines than the frame's. `width` and `height` are what the frame declares, which may be anything.
 */
export function sanitizeJpeg(bytes: Uint8Array): ({ bytes: Uint8Array; exif: ExifFacts } & Size) | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  const out = new Uint8Array(bytes.length);
  let size = 0;
  const keep = (start: number, end: number): void => {
    out.set(bytes.subarray(start, end), size);
    size += end - start;
  };
  let exif: ExifFacts = { gps: false };
  let frame: Size | undefined;
  let hasScan = false;
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff) return undefined;
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? 0;
    // The last of the fill bytes belongs to the marker.
    const start = at - 1;
    if (code === EOI) break;
    const end = at + 1 + shortAt(bytes, at + 1);
    if (end < at + 3 || end > bytes.length) return undefined;
    at = end;
    if (code === SOS) {
      if (!frame) return undefined;
      hasScan = true;
      at = endOfScan(bytes, end);
      keep(start, at);
    } else if (isCoding(code)) {
      if (code === DNL && shortAt(bytes, start + 4) !== frame?.height) return undefined;
      if (isFrame(code)) {
        if (frame || end - start < FRAME_HEAD_BYTES) return undefined;
        frame = { height: shortAt(bytes, start + 5), width: shortAt(bytes, start + 7) };
      }
      keep(start, end);
    } else if (isMetadata(code)) {
      if (code === APP1) exif = mergeExif(exif, factsOf(bytes, start + 4, end));
      const kept = keptBytes(bytes, code, start, end);
      keep(start, start + kept);
      if (code === APP0 && kept > 0) {
        out.set([0, JFIF_BYTES - 2], size - JFIF_BYTES + 2);
        out.set([0, 0], size - 2);
      }
    } else {
      return undefined;
    }
  }
  if (!frame || !hasScan) return undefined;
  return { bytes: join(head(exif.orientation), out.subarray(0, size)), exif, ...frame };
}

/** Two bytes as a number, such as a segment's length, which counts them too; what is behind the end counts as 0. */
function shortAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** SOFn: the frame's size and components. 0xC4, 0xC8 and 0xCC in their midst are something else. */
function isFrame(code: number): boolean {
  return code === 0xc0 || (code > 0xc0 && code < 0xd0 && code % 4 !== 0);
}

/** What decoding needs: frames, Huffman and arithmetic tables, quantisation, number of lines, restart interval. */
function isCoding(code: number): boolean {
  return isFrame(code) || code === 0xc4 || code === 0xcc || (code >= 0xdb && code <= 0xdd);
}

function isMetadata(code: number): boolean {
  return (code >= APP0 && code <= APP15) || code === COM;
}

/** How many bytes of a metadata segment, from its marker on, decoders need for the colours and the aspect ratio. */
function keptBytes(bytes: Uint8Array, code: number, start: number, end: number): number {
  const is = (name: string) => isTextAt(bytes, start + 4, name);
  // Others in APP0 hold a thumbnail, which may show what was cropped, or the camera's notes.
  if (code === APP0 && is("JFIF\0") && end - start >= JFIF_BYTES) return JFIF_BYTES;
  if (code === APP2 && is("ICC_PROFILE\0")) return end - start;
  if (code === APP14 && is("Adobe")) return end - start;
  return 0;
}

/** What an APP1 says: Exif after a name of six bytes, else XMP. */
function factsOf(bytes: Uint8Array, start: number, end: number): ExifFacts {
  if (isTextAt(bytes, start, "Exif\0")) return readExif(bytes.subarray(start + 6, end));
  return { gps: namesLatitude(bytes, start, end) };
}

/** Where the entropy-coded data stops: at a marker that is neither a stuffed 0xFF00 nor a restart, or at the file's end. */
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const marker = at;
    while (bytes[at] === 0xff) at += 1;
    const code = bytes[at] ?? EOI;
    if (code !== 0 && (code < 0xd0 || code > 0xd7)) return marker;
    at += 1;
  }
  return at;
}

/** SOI, and an Exif of the orientation alone: without it a phone's photo lies on its side. */
function head(orientation: Orientation = 1): number[] {
  if (orientation === 1) return [0xff, SOI];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
  const tiff = [0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8];
  const directory = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  return [0xff, SOI, 0xff, APP1, 0, 34, ...exif, ...tiff, ...directory];
}

function join(start: number[], middle: Uint8Array): Uint8Array {
  const whole = new Uint8Array(start.length + middle.length + 2);
  whole.set(start);
  whole.set(middle, start.length);
  whole.set([0xff, EOI], start.length + middle.length);
  return whole;
}
