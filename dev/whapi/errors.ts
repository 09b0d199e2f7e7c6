import { json, type WireAnswer } from "../stand-in.ts";

/** A request that is answered with Whapi's error shape; the status is the code. */
export class WhapiError extends Error {
  readonly status: number;
  readonly details: string;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, details = "", headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.details = details;
    this.headers = headers;
  }
}

/** A 400, with what is wrong in `details`. */
export function badRequest(details: string): WhapiError {
  return new WhapiError(400, "wrong request parameters", details);
}

/** The answer to a refused request. Source: `ResponseError` in Whapi's API description. */
export function refusal({ status, message, details, headers }: WhapiError): WireAnswer {
  const href = "https://whapi.cloud/docs/whatsapp/api/errors";
  const support = "https://support.whapi.cloud";
  return json(status, { error: { code: status, message, details, href, support } }, headers);
}
