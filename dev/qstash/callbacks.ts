import type { Outcome } from "./attempt.ts";
import { type CallbackOrder, readInstructions } from "./instructions.ts";
import { CALLER_IP, headerView, type Message, newMessage } from "./message.ts";

/**
 * The message that carries the answer of an endpoint to a callback. Its JSON body holds the answer and the message
 * that was answered, both bodies in base64; `dlqId` is there when the message has been given up.
 * Source: https://upstash.com/docs/qstash/features/callbacks
 */
export function callbackMessage(
  order: CallbackOrder,
  message: Message,
  outcome: Outcome,
  details: { now: number; dlqId?: string },
): Message {
  const { instructions, origin } = message;
  const answer = outcome.error === undefined ? outcome.body : Buffer.from(outcome.error);
  const body = {
    status: outcome.status ?? 0,
    header: headerView(outcome.headers),
    body: answer.toString("base64"),
    retried: message.retried,
    maxRetries: instructions.maxRetries,
    dlqId: details.dlqId,
    sourceMessageId: message.id,
    topicName: origin.topicName,
    endpointName: origin.endpointName,
    url: message.url,
    method: instructions.method,
    sourceHeader: headerView(instructions.forwarded),
    sourceBody: message.body.toString("base64"),
    notBefore: message.notBefore,
    createdAt: message.createdAt,
    scheduleId: origin.scheduleId,
    callerIP: CALLER_IP,
  };
  return newMessage(
    {
      url: order.url,
      headers: order.headers,
      instructions: readInstructions(order.headers),
      body: Buffer.from(JSON.stringify(body)),
      origin: { parent: message },
    },
    details.now,
  );
}
