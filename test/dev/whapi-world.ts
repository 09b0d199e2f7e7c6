import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ManualClock } from "../../dev/clock.ts";
import { serveStandIn, type StandIn } from "../../dev/stand-in.ts";
import { startWhapi, type Whapi, type WhapiOptions } from "../../dev/whapi/server.ts";

export type Data = Record<string, unknown>;

export const BUDI = "62812345678";
export const BUDI_CHAT = "62812345678@s.whatsapp.net";
export const SHOP = "6281100000001";

/** One webhook as it arrived. */
export interface Arrival {
  headers: Record<string, string | undefined>;
  body: Data;
  /** The message in it, if it is about one. */
  message?: Data;
  /** The status in it, if it is about one. */
  status?: Data;
}

/** The app's side: where webhooks arrive. It answers 200 unless its fault plan says otherwise. */
export type Receiver = StandIn & { arrivals: Arrival[] };

export async function startReceiver(): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const standIn = await serveStandIn(({ headers, body }) => {
    const content = JSON.parse(body.toString()) as { messages?: [Data]; statuses?: [Data] };
    const { messages: [message] = [], statuses: [status] = [] } = content;
    arrivals.push({
      headers: headers as Arrival["headers"],
      body: content,
      ...(message ? { message } : {}),
      ...(status ? { status } : {}),
    });
    return { status: 200 };
  });
  onTestFinished(async () => standIn.close());
  return Object.assign(standIn, { arrivals });
}

/** A Whapi with a clock that a test moves, and the app's webhook in front of it. Delivered at once unless asked otherwise. */
export async function world(options: WhapiOptions = {}) {
  const clock = new ManualClock();
  const receiver = await startReceiver();
  const webhookUrl = `${receiver.url}/webhook/whapi`;
  const whapi = await startWhapi({ clock, webhookUrl, deliveryMs: 0, ...options });
  onTestFinished(async () => whapi.close());
  /** What the webhook was told, in order: `text halo`, `status sent`. */
  const told = () => receiver.arrivals.map(summary);
  return { clock, receiver, whapi, phones: whapi.phones, told, webhookUrl, ...callerOf(whapi) };
}

function summary({ message, status }: Arrival): string {
  if (status) return `status ${String(status["status"])}`;
  const { type, text } = message as { type: string; text?: { body: string } };
  return `${type} ${text?.body ?? ""}`.trim();
}

/** Calls the API as the app does. */
export function callerOf({ url, token }: Whapi) {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const send = async (path: string, body: unknown) => {
    const response = await call("POST", path, body);
    const answer: Data = await response.json();
    return { http: response.status, answer };
  };
  const text = async (body: string, to = BUDI) => {
    const { answer } = await send("/messages/text", { to, body });
    return answer["message"] as Data & { id: string };
  };
  return { call, send, text };
}

export function newBookFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "whapi-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "ponsel.jsonl");
}
