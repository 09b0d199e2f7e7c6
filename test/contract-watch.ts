import { appendFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Router } from "../src/platform/http/router.ts";

type Content = Record<string, { schema?: object }>;

interface Operation {
  operationId: string;
  path: RegExp;
  responses: Record<string, { content?: Content; headers?: Record<string, { required?: boolean }> }>;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Omit<Operation, "path">>>;
  components: { schemas: Record<string, object> };
}

/** Holds every answer of the app against the OpenAPI document, and notes which documented answers were seen. */
export class ContractWatch {
  readonly violations: string[] = [];
  #operations: Map<string, Operation[]> | undefined;
  #validators = new Map<object, ValidateFunction>();
  #ajv = new Ajv2020({ strict: false, allErrors: true });
  #app: Router;
  #seenFile: string;
  #seen = new Set<string>();

  constructor(app: Router, seenFile: string) {
    this.#app = app;
    this.#seenFile = seenFile;
    addFormats.default(this.#ajv);
  }

  async check(request: Request, response: Response): Promise<Response> {
    const operation = await this.#find(request);
    if (!operation) return response;
    const where = `${request.method} ${new URL(request.url).pathname} → ${response.status}`;
    const documented = operation.responses[String(response.status)];
    if (!documented) {
      this.violations.push(`${where}: this status is not documented`);
      return response;
    }
    this.#note(`${operation.operationId} ${response.status}`);
    const flaw = await this.#flawOf(response, documented.content, request.method !== "HEAD");
    if (flaw) this.violations.push(`${where}: ${flaw}`);
    for (const [name, { required }] of Object.entries(documented.headers ?? {}))
      if (required && !response.headers.has(name)) this.violations.push(`${where}: no header ${name}`);
    return response;
  }

  /** What an answer has that its documented `content` does not say; `whole` unless it was asked for without its body. */
  async #flawOf(
    response: Response,
    content: Content | undefined,
    whole: boolean,
  ): Promise<string | undefined> {
    const text = await response.clone().text();
    if (!content) return text === "" ? undefined : "no body is documented";
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = content[type]?.schema;
    if (!schema) return `content type ${type} is not documented`;
    if (!whole) return undefined;
    const validate = this.#validator(schema);
    // A page is a text, whatever it looks like.
    const body: unknown = /[/+]json$/.test(type) ? JSON.parse(text) : text;
    return validate(body) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  async #find(request: Request): Promise<Operation | undefined> {
    this.#operations ??= await this.#read();
    const path = new URL(request.url).pathname.replace(/(?<=.)\/$/, "");
    const method = request.method === "HEAD" ? "get" : request.method.toLowerCase();
    return this.#operations.get(method)?.find((operation) => operation.path.test(path));
  }

  async #read(): Promise<Map<string, Operation[]>> {
    const document = await readDocument(this.#app);
    this.#ajv.addSchema({ $id: "doc", components: document.components });
    const operations = new Map<string, Operation[]>();
    // Paths without parameters first: `/a/b` is no `/a/{id}`.
    const paths = Object.entries(document.paths).sort(
      ([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")),
    );
    for (const [path, methods] of paths) {
      const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`);
      for (const [method, operation] of Object.entries(methods)) {
        operations.set(method, [...(operations.get(method) ?? []), { ...operation, path: pattern }]);
      }
    }
    return operations;
  }

  #validator(schema: object): ValidateFunction {
    let validate = this.#validators.get(schema);
    if (!validate) {
      const local = JSON.stringify(schema).replaceAll('"#/components', '"doc#/components');
      validate = this.#ajv.compile(JSON.parse(local));
      this.#validators.set(schema, validate);
    }
    return validate;
  }

  #note(response: string): void {
    if (this.#seen.has(response)) return;
    this.#seen.add(response);
    appendFileSync(this.#seenFile, `${response}\n`);
  }
}

export async function readDocument(app: Router): Promise<OpenApiDocument> {
  const response = await app.request("/openapi.json");
  return (await response.json()) as OpenApiDocument;
}
