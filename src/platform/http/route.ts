import { createRoute, z, type RouteConfig } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import {
  keepRawBody,
  limitBody,
  limitCallback,
  limitUpload,
  strictForm,
  strictJson,
  strictMultipart,
} from "./body.ts";
import {
  InternalError,
  MalformedForm,
  MalformedJson,
  MalformedUrl,
  PayloadTooLarge,
  problemOf,
  ServiceUnavailable,
  TooManyRequests,
  UnsupportedMediaType,
  ValidationFailed,
  type ErrorClass,
} from "./errors.ts";
import { limitRate } from "./rate-limit.ts";
import type { HouseEnv } from "./router.ts";

/** Who may call a route: how it shows in OpenAPI, what checks the credentials, and how they fail. */
export interface Access {
  /** Security schemes of the OpenAPI document, any of which will do; none for an open route. */
  schemes: readonly { name: string; definition: SecurityScheme }[];
  /** Callers without credentials are let in too, and may do less. */
  optional?: boolean;
  /** Who of those with credentials may call, in Indonesian, where not everybody may. */
  who?: string;
  middleware: MiddlewareHandler<HouseEnv>[];
  errors: readonly ErrorClass[];
  /** Errors of requests that change something only. */
  unsafeErrors?: readonly ErrorClass[];
}

type SecurityScheme = { description: string } & (
  | { type: "apiKey"; in: "header" | "cookie"; name: string }
  | { type: "http"; scheme: "bearer"; bearerFormat: string }
);

/** Anyone may call. */
export const open: Access = { schemes: [], middleware: [], errors: [] };

/**
 * Routes for two kinds of callers, both with credentials: whoever sends `header` is held to be of the first kind, everybody
 * else of the second.
 */
export function either(header: string, first: Access, second: Access): Access {
  return {
    schemes: [...first.schemes, ...second.schemes],
    ...(second.who && { who: `pemegang ${header}, ${second.who}` }),
    errors: [...first.errors, ...second.errors],
    unsafeErrors: [...(first.unsafeErrors ?? []), ...(second.unsafeErrors ?? [])],
    middleware: [
      (c, next) => every(...(c.req.header(header) === undefined ? second : first).middleware)(c, next),
    ],
  };
}

type RouteShape<P extends string> = Omit<RouteConfig, "path" | "security" | "middleware"> & {
  path: P;
  operationId: string;
  tags: string[];
  summary: string;
  access: Access;
  /** Errors of the use case; those of access, parsing and the platform are added by themselves. */
  errors?: readonly ErrorClass[];
  /** The body stays raw for a signature check instead of being parsed by the schema. */
  rawBody?: boolean;
};

const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    request_id: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({
            description:
              "`#/isian` (JSON Pointer) di isi permintaan, atau `path:`, `query:`, `header:`, `cookie:`, `kyc:` dengan nama.",
          }),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .openapi("Masalah", {
    description: "RFC 9457 problem document; `detail` untuk manusia, `type` untuk mesin.",
  });

/** What HTML forms send. */
export const FORM = "application/x-www-form-urlencoded";

/** What forms with a file send. */
export const MULTIPART = "multipart/form-data";

/** How a body of a kind is read: within its limit, and strictly. */
const READERS = {
  form: [limitBody, strictForm],
  multipart: [limitUpload, strictMultipart],
  json: [limitBody, strictJson],
};

/** Declares a route: contract, access and every error it can answer, in one place next to its handler. */
export function defineRoute<P extends string, R extends RouteShape<P>>(shape: R) {
  const { access, errors = [], rawBody = false, ...config }: RouteShape<P> = shape;
  const takesBody = config.request?.body !== undefined;
  const content = config.request?.body?.content;
  const kind = content?.[FORM] ? "form" : content?.[MULTIPART] ? "multipart" : "json";
  // Credentials are checked before a body is read; only a signature over the body has to wait for it.
  // Vendors' callbacks come in bursts from few addresses, so their signature is their only gate.
  const middleware = rawBody
    ? [limitCallback, keepRawBody, ...access.middleware]
    : [limitRate, ...access.middleware, ...(takesBody ? READERS[kind] : [])];
  const possible = [
    MalformedUrl,
    ...access.errors,
    ...(config.method === "get" ? [] : (access.unsafeErrors ?? [])),
    ...(takesBody ? [PayloadTooLarge, kind === "json" ? MalformedJson : MalformedForm] : []),
    ...(takesBody && !rawBody ? [UnsupportedMediaType] : []),
    ...(config.request && !rawBody ? [ValidationFailed] : []),
    ...errors,
    ...(rawBody ? [] : [TooManyRequests]),
    InternalError,
    ServiceUnavailable,
  ];
  const description = [config.description, access.who && `Untuk ${access.who}.`].filter(Boolean).join("\n\n");
  const route: RouteConfig = {
    ...config,
    ...(description && { description }),
    middleware,
    // An empty list says "open"; no list would say nothing.
    security: [...access.schemes.map(({ name }) => ({ [name]: [] })), ...(access.optional ? [{}] : [])],
    responses: { ...problemResponses(possible, config.path), ...config.responses },
  };
  // The declared type keeps only the successes: handlers return those and throw the errors.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- `route` is R without access, plus error responses
  return createRoute(route) as unknown as R;
}

function problemResponses(errors: readonly ErrorClass[], path: string): RouteConfig["responses"] {
  const byStatus = Map.groupBy(new Set(errors), ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, classes]) => [
      status,
      {
        description: classes.map(({ detail }) => detail).join(" / "),
        content: {
          "application/problem+json": {
            schema: problemSchema,
            examples: Object.fromEntries(
              classes.map((definition) => [
                definition.code,
                { value: problemOf(new definition(), path, "0b7c3f0e-6f0a-4f2e-9a51-3f6d6c1d9a11") },
              ]),
            ),
          },
        },
      },
    ]),
  );
}
