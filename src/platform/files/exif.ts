const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** How to turn the stored pixels for viewing, as in Exif 2.32 §4.6.4 (tag 0x0112); 1 is upright. */
export type Orientation = (typeof ORIENTATIONS)[number];

/** What a file said about its picture before the metadata went. */
export interface ExifFacts {
  orientation?: Orientation;
  /** Whether the place where it was taken stood in it. */
  gps: boolean;
}

const ENTRY_BYTES = 12;
const SHORT = 3;
const TAG_ORIENTATION = 0x0112;
const TAG_GPS = 0x8825;

/**
 * Orientation and presence of GPS in an Exif block, given from its TIFF header on. Says nothing of what it cannot read.
 *
 * Only the first directory is looked at, since both tags belong there. No offset is followed further, so loops do not
 * matter.
 */
export function readExif(tiff: Uint8Array): ExifFacts {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const facts: ExifFacts = { gps: false };
  if (view.byteLength < 8) return facts;
  const header = view.getUint32(0);
  if (header !== 0x49492a00 && header !== 0x4d4d002a) return facts;
  const little = header === 0x49492a00;
  const directory = view.getUint32(4, little) + 2;
  if (directory > view.byteLength) return facts;
  const promised = view.getUint16(directory - 2, little);
  const count = Math.min(promised, Math.floor((view.byteLength - directory) / ENTRY_BYTES));
  for (let entry = 0; entry < count; entry++) {
    const at = directory + entry * ENTRY_BYTES;
    const tag = view.getUint16(at, little);
    if (tag === TAG_GPS) facts.gps = true;
    if (tag !== TAG_ORIENTATION || facts.orientation) continue;
    const isOneShort = view.getUint16(at + 2, little) === SHORT && view.getUint32(at + 4, little) === 1;
    const value = view.getUint16(at + 8, little);
    const orientation = ORIENTATIONS.find((known) => known === value);
    if (isOneShort && orientation) facts.orientation = orientation;
  }
  return facts;
}

/** What two places of one file say; the first one's orientation wins, as in browsers. */
export function mergeExif(first: ExifFacts, second: ExifFacts): ExifFacts {
  const orientation = first.orientation ?? second.orientation;
  return { ...(orientation && { orientation }), gps: first.gps || second.gps };
}

/** Whether the ASCII `text` stands at `at`. */
export function isTextAt(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether XMP, which is XML, names a latitude from a place between `start` and `end` on. */
export function namesLatitude(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (isTextAt(bytes, at, "GPSLatitude")) return true;
  }
  return false;
}
