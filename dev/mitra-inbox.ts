import { createServer, type IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { listen } from "./stand-in.ts";

/** A mitra's own endpoint, which believes only what is signed. */
export interface Inbox {
  url: string;
  /** Messages whose signature did not hold. */
  forged: number;
  trust(rahasia: string): void;
  /** What it was told of a purchase. */
  told(id: number): string[];
  close(): void;
}

/** Opens it on a free port of this machine. */
export async function openInbox(): Promise<Inbox> {
  const heard = new Map<string, { type: string; data: { id?: number } }>();
  let webhook: Webhook | undefined;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (!verifies(webhook, body, request.headers)) inbox.forged += 1;
      else heard.set(String(request.headers["webhook-id"]), JSON.parse(body));
      response.writeHead(204).end();
    });
  });
  const port = await listen(server);
  const inbox: Inbox = {
    url: `http://127.0.0.1:${port}/callback`,
    forged: 0,
    trust: (rahasia) => (webhook = new Webhook(rahasia)),
    told: (id) => [...heard.values()].filter(({ data }) => data.id === id).map(({ type }) => type),
    close: () => server.close().closeAllConnections(),
  };
  return inbox;
}

function verifies(webhook: Webhook | undefined, body: string, headers: IncomingHttpHeaders): boolean {
  try {
    webhook?.verify(body, headers as Record<string, string>);
    return webhook !== undefined;
  } catch {
    return false;
  }
}
