import { createHash } from "node:crypto";
import { type ByteCommand, nameOf } from "./commands.ts";
import { type Reply, RespError } from "./resp2.ts";

/** The script flags that Redis 7 and Valkey know; any other makes them reject the script. */
const KNOWN_FLAGS = new Set(["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"]);

function sha1(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("hex");
}

/** `script` without the flags in its first line that only Upstash knows; the same buffer when there are none. */
function withoutForeignFlags(script: Buffer): Buffer {
  // latin1 keeps every byte, whatever the script is encoded in.
  const text = script.toString("latin1");
  const firstLine = /^#!lua[^\n]*/.exec(text)?.[0] ?? "";
  const flags = /\sflags=(\S*)/.exec(firstLine);
  const named = flags?.[1]?.split(",") ?? [];
  const kept = named.filter((flag) => KNOWN_FLAGS.has(flag));
  if (!flags || kept.length === named.length) return script;
  const rewritten = firstLine.replace(flags[0], kept.length > 0 ? ` flags=${kept.join(",")}` : "");
  return Buffer.from(rewritten + text.slice(firstLine.length), "latin1");
}

/**
 * Makes scripts written for Upstash run on a plain engine. Upstash alone knows the script flag
 * `allow-key-locking` (all scripts of @upstash/ratelimit carry it), so it is taken out on the way in. The engine
 * then knows the script by another SHA1 than its author, and both directions are translated here.
 */
export class Scripts {
  #engineSha = new Map<string, string>();

  /** `command` as the engine has to see it. */
  toEngine(command: ByteCommand): ByteCommand {
    switch (nameOf(command)) {
      case "EVAL":
      case "EVAL_RO":
        return command.map((argument, index) => (index === 1 ? this.#strip(argument) : argument));
      case "EVALSHA":
      case "EVALSHA_RO":
        return command.map((argument, index) => (index === 1 ? this.#translate(argument) : argument));
      case "SCRIPT":
        return this.#scriptCommand(command);
      default:
        return command;
    }
  }

  /** The reply to `command` (as it came in) as its author has to see it. */
  fromEngine(command: ByteCommand, reply: Reply): Reply {
    if (reply instanceof RespError) return reply;
    const loaded =
      nameOf(command) === "SCRIPT" && nameOf(command.slice(1)) === "LOAD" ? command[2] : undefined;
    return loaded ? Buffer.from(sha1(loaded)) : reply;
  }

  #scriptCommand(command: ByteCommand): ByteCommand {
    const subcommand = nameOf(command.slice(1));
    return command.map((argument, index) => {
      if (index < 2) return argument;
      if (subcommand === "LOAD") return this.#strip(argument);
      return subcommand === "EXISTS" ? this.#translate(argument) : argument;
    });
  }

  #strip(script: Buffer): Buffer {
    const stripped = withoutForeignFlags(script);
    if (stripped !== script) this.#engineSha.set(sha1(script), sha1(stripped));
    return stripped;
  }

  #translate(sha: Buffer): Buffer {
    const known = this.#engineSha.get(sha.toString("latin1").toLowerCase());
    return known === undefined ? sha : Buffer.from(known);
  }
}
