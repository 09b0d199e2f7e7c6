import type { ExifFacts } from "./exif.ts";
import { sanitizeJpeg } from "./jpeg.ts";
import { sanitizePng } from "./png.ts";

/** A file that is what it says, without what its sender did not mean to send. */
export interface SanitizedFile {
  mimeType: "image/jpeg" | "image/png" | "application/pdf";
  bytes: Uint8Array;
  /** What the image's metadata said before it went. For a PDF: nothing. */
  exif: ExifFacts;
}

/** Pixels on a side: what graphics hardware commonly takes as one texture. */
const MAX_SIDE = 16_384;
/** The largest photo of a 64-megapixel camera, 9248 × 6936; 260 MB when shown. */
const MAX_PIXELS = 65_000_000;

/**
 * The gate for uploads: recognises JPEG, PNG and PDF by their bytes and takes private metadata out of images.
 * `undefined` for anything else, for files whose structure is broken, and for pictures that declare no area or one too
 * large to be shown. Never throws, in time linear to the size.
 *
 * Pixels are not decoded, so a picture that passes may still not show. What an image carries behind its end is cut off.
 *
 * A PDF passes as it is, in the same array, with its metadata. It is refused when it names what runs or embeds something
 * (`/JavaScript`, `/JS`, `/Launch`, `/EmbeddedFile`, `/OpenAction`), also when letters are written as `#xx`. Compressed
 * object streams are not looked into: such a name inside one passes, so PDFs must be served as downloads.
 */
export function sanitizeFile(bytes: Uint8Array): SanitizedFile | undefined {
  const jpeg = sanitizeJpeg(bytes);
  if (jpeg) return imageOf("image/jpeg", jpeg);
  const png = sanitizePng(bytes);
  if (png) return imageOf("image/png", png);
  if (isQuietPdf(bytes)) return { mimeType: "application/pdf", bytes, exif: { gps: false } };
  return undefined;
}

/** A few kilobytes can declare pixels enough to take the memory of whoever looks at them. */
function imageOf(
  mimeType: SanitizedFile["mimeType"],
  { width, height, bytes, exif }: NonNullable<ReturnType<typeof sanitizeJpeg>>,
): SanitizedFile | undefined {
  const isShowable = Math.min(width, height) > 0 && Math.max(width, height) <= MAX_SIDE;
  return isShowable && width * height <= MAX_PIXELS ? { mimeType, bytes, exif } : undefined;
}

/** Readers look for the end mark in so many bytes at the end. */
const EOF_WITHIN_BYTES = 1024;

const SPACE = String.raw`[\x00\t\n\f\r ]`;
const NAME_ENDS = String.raw`(?![^\x00\t\n\f\r ()<>\[\]{}/%])`;
/** `/JS` alone is so short that compressed data spells it by chance: a string, reference or comment must follow. */
const VALUE_FOLLOWS = String.raw`(?=[(<%]|${SPACE}+[(<%\d])`;

const LOUD = new RegExp(
  ["JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "SubmitForm", "ImportData", "RichMedia", "XFA"]
    .map((name) => pdfName(name) + NAME_ENDS)
    .concat(pdfName("JS") + VALUE_FOLLOWS)
    // Ordinary exports say there at which page to open.
    .concat(`${pdfName("OpenAction")}(?!${SPACE}*\\[)${NAME_ENDS}`)
    .join("|"),
);

/** A pattern for the name, any letter of which may be written as `#` and its hex code (ISO 32000-1 §7.3.5). */
function pdfName(name: string): string {
  const letters = Array.from(name, (letter) => {
    const hex = letter.charCodeAt(0).toString(16);
    return `(?:${letter}|#${hex.replace(/[a-f]/, (digit) => `[${digit}${digit.toUpperCase()}]`)})`;
  });
  return `/${letters.join("")}`;
}

function isQuietPdf(bytes: Uint8Array): boolean {
  const latin1 = new TextDecoder("latin1");
  if (!/^%PDF-[12]\.$/.test(latin1.decode(bytes.subarray(0, 7)))) return false;
  if (!latin1.decode(bytes.subarray(-EOF_WITHIN_BYTES)).includes("%%EOF")) return false;
  return !LOUD.test(latin1.decode(bytes));
}
