/** A request as its caller signed it. */
export interface SignedRequest {
  /** `x-timestamp` and `x-signature` as they came. */
  timestamp: string;
  signature: string;
  method: string;
  /** Path and query as they were sent. */
  path: string;
  body: string;
}

/** Checks signatures that callers with API keys put on their requests. */
export interface Signatures {
  /** Throws the refusal of whoever knows these keys: unknown, too old, used before, or wrong. */
  verify(apiKeyHash: string, request: SignedRequest): Promise<void>;
}
