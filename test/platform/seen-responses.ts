import { existsSync, readFileSync } from "node:fs";
/** What is read of the OpenAPI document. */
interface Documented {
  paths: Record<string, Record<string, { operationId?: string; responses: object }>>;
}

/** Documented answers that no test can get, as `operationId status`, each with its reason. */
const NOT_TO_BE_SEEN: Record<string, string> = {};

/**
 * What is wrong between the documented answers and those that a full run has seen, as noted in `seenFile`:
 * answers nobody saw, and reasons that no longer hold. Nothing when every documented answer was seen.
 */
export function unseenResponses(
  document: Documented,
  seenFile: string,
  excused: Record<string, string> = NOT_TO_BE_SEEN,
): string[] {
  const documented = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    ),
  );
  const seen = new Set(existsSync(seenFile) ? readFileSync(seenFile, "utf8").split("\n") : []);
  return [
    ...documented
      .filter((answer) => !seen.has(answer) && !(answer in excused))
      .map((answer) => `no test has seen ${answer}`),
    ...Object.keys(excused)
      .filter((answer) => !documented.includes(answer) || seen.has(answer))
      .map((answer) => `${answer} needs no excuse: it is ${seen.has(answer) ? "seen" : "not documented"}`),
  ];
}
