import { z } from "@hono/zod-openapi";

const KINDS: Record<string, string> = {
  string: "teks",
  number: "bilangan",
  int: "bilangan bulat",
  boolean: "true atau false",
  object: "objek",
  record: "objek",
  array: "daftar",
};

/** What is wrong with a field, as one would say it to a person; zod's own Indonesian has the rest. */
const sentence: z.core.$ZodErrorMap = (issue) => {
  const { code, input } = issue;
  const unit = issue["origin"] === "string" ? " karakter" : "";
  if (code === "invalid_type") {
    if (input === undefined) return "wajib diisi";
    const kind = KINDS[String(issue["expected"])];
    return kind && `harus ${kind}`;
  }
  if (code === "too_small") return `minimal ${String(issue["minimum"])}${unit}`;
  if (code === "too_big") return `maksimal ${String(issue["maximum"])}${unit}`;
  if (code === "unrecognized_keys") return "isian ini tidak dikenal";
  if (code === "invalid_value" && Array.isArray(issue["values"]))
    return `harus salah satu dari: ${issue["values"].join(", ")}`;
  return undefined;
};

/** Has every schema say what is wrong with a field in the language of the rest. */
export function speakIndonesian(): void {
  z.config({ ...z.locales.id(), customError: sentence });
}
