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
  if (!(error instanceof Error)) return { error: String(error).slice(0, MAX_MESSAGE) };
  return {
    error: headline(error),
    cause: error.cause instanceof Error ? headline(error.cause) : undefined,
    // The stack repeats the whole message in front of its frames: keep frames only.
    stack: error.stack
      ?.replace(error.message, "")
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 3)
      .join(" <"),
  };
}

/** Longest message kept, in characters. */
const MAX_MESSAGE = 500;

function headline({ name, message }: Error): string {
  // drizzle puts the parameters (names, numbers, keys) of a failed query behind its text.
  const [text = ""] = message.split("\nparams:");
  return `${name}: ${text.slice(0, MAX_MESSAGE)}`;
}
