import { json, type WireAnswer, type WireHandler, type WireRequest } from "../stand-in.ts";
import type { Backend } from "./backend.ts";
import {
  BadRequest,
  type ByteCommand,
  parseCommand,
  parseCommands,
  parseTarget,
  refusal,
  type Target,
} from "./commands.ts";
import { eventStream } from "./events.ts";
import { type Reply, RespError } from "./resp2.ts";
import { type Encoding, errorText, resultOf } from "./results.ts";
import { Scripts } from "./scripts.ts";

const METHODS = new Set(["HEAD", "GET", "POST", "PUT"]);

/** Upstash's REST protocol in front of `backend` (https://upstash.com/docs/redis/features/restapi). */
export function redisRest(backend: Backend, token: string): WireHandler {
  const front = new RestFront(backend, token);
  let answers = 0;
  return async (request) => {
    const answer = await front.answer(request);
    // New on every answer: the SDK sends the last one back to read its own writes, which here it always does.
    answers += 1;
    return { ...answer, headers: { ...answer.headers, "upstash-sync-token": `local;${answers}` } };
  };
}

class RestFront {
  #backend: Backend;
  #token: string;
  #scripts = new Scripts();

  constructor(backend: Backend, token: string) {
    this.#backend = backend;
    this.#token = token;
  }

  /** Answers any request: what is wrong with it becomes 400, an engine that is gone 503. */
  async answer(request: WireRequest): Promise<WireAnswer> {
    if (!METHODS.has(request.method)) return json(405, { error: "ERR method not allowed" });
    try {
      const target = parseTarget(request.url);
      if (!this.#admits(request, target)) {
        return json(401, { error: "WRONGPASS invalid or missing auth token" });
      }
      return await this.#route(request, target);
    } catch (error) {
      if (error instanceof BadRequest) return json(400, { error: error.message });
      return json(503, { error: `ERR ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  #admits(request: WireRequest, target: Target): boolean {
    const header = request.headers.authorization;
    const presented = header === undefined ? target.token : header.replace(/^Bearer /i, "");
    return presented === this.#token;
  }

  async #route(request: WireRequest, target: Target): Promise<WireAnswer> {
    const format = request.headers["upstash-response-format"] ?? "json";
    // Upstash also has "resp2", which no SDK asks for: better refused here than answered in JSON.
    if (format !== "json") throw new BadRequest("ERR unsupported response format");
    const encoding: Encoding = request.headers["upstash-encoding"] === "base64" ? "base64" : "utf8";
    const hasBody = request.method === "POST" || request.method === "PUT";
    if (hasBody && target.path === "/") return this.#single(parseCommand(request.body), encoding);
    if (hasBody && target.path === "/pipeline") return this.#pipeline(parseCommands(request.body), encoding);
    if (hasBody && target.path === "/multi-exec") {
      return this.#transaction(parseCommands(request.body), encoding);
    }
    if (request.method !== "HEAD" && /^\/p?subscribe\/./i.test(target.path)) {
      return eventStream(this.#backend, target.segments, request.signal);
    }
    const command = [...target.segments];
    if (hasBody && request.body.length > 0) command.push(request.body);
    return this.#single([...command, ...target.parameters], encoding);
  }

  async #single(command: ByteCommand, encoding: Encoding): Promise<WireAnswer> {
    const refused = refusal(command);
    if (refused !== undefined) throw new BadRequest(refused);
    const [reply = null] = await this.#run([command]);
    return json(reply instanceof RespError ? 400 : 200, resultOf(reply, encoding));
  }

  /** Every command has its own result; a refused one does not keep the others from running. */
  async #pipeline(commands: ByteCommand[], encoding: Encoding): Promise<WireAnswer> {
    const refusals = commands.map(refusal);
    const replies = await this.#run(commands.filter((_command, index) => refusals[index] === undefined));
    return json(
      200,
      refusals.map((refused) =>
        refused === undefined ? resultOf(replies.shift() ?? null, encoding) : { error: refused },
      ),
    );
  }

  /** All or nothing up to EXEC: a refused command, or one the engine will not queue, discards them all. */
  async #transaction(commands: ByteCommand[], encoding: Encoding): Promise<WireAnswer> {
    const refused = commands.map(refusal).find((text) => text !== undefined);
    if (refused !== undefined) throw new BadRequest(refused);
    const queued = commands.map((command) => this.#scripts.toEngine(command));
    const replies = await this.#backend.exec([["MULTI"], ...queued, ["EXEC"]]);
    const executed = replies.at(-1);
    if (!Array.isArray(executed)) {
      const cause = replies.find((reply) => reply instanceof RespError);
      throw new BadRequest(cause ? errorText(cause) : "EXECABORT Transaction discarded");
    }
    return json(
      200,
      commands.map((command, index) =>
        resultOf(this.#scripts.fromEngine(command, executed[index] ?? null), encoding),
      ),
    );
  }

  async #run(commands: ByteCommand[]): Promise<Reply[]> {
    const replies = await this.#backend.exec(commands.map((command) => this.#scripts.toEngine(command)));
    return replies.map((reply, index) => this.#scripts.fromEngine(commands[index] ?? [], reply));
  }
}
