export type LogFields = Record<string, string | number | boolean | null | undefined>;

/** Structured log: one JSON object a line. Callers pass ids and codes, never keys, numbers of people or bodies. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** Something a person has to look at. */
  error(event: string, fields?: LogFields): void;
}

type Level = "info" | "warn" | "error";

/** A log that hands each line to `write`; `console` of the Worker by default. */
export function createLog(write: (line: string, level: Level) => void = toConsole): Log {
  const at =
    (level: Level) =>
    (event: string, fields: LogFields = {}) =>
      write(JSON.stringify({ level, event, ...fields }), level);
  return { info: at("info"), warn: at("warn"), error: at("error") };
}

function toConsole(line: string, level: Level): void {
  // eslint-disable-next-line no-console -- the one place that writes the log
  console[level === "info" ? "log" : level](line);
}

/** What to log of something caught: name and message, and its cause; never the query's parameters. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined;
  // drizzle puts the parameters (names, numbers, keys) of a failed query into its message: keep the first line only.
  const [message = ""] = error.message.split("\nparams:");
  return {
    error: `${error.name}: ${message.slice(0, 500)}`,
    cause,
    stack: error.stack?.split("\n").slice(1, 4).join(" <"),
  };
}
