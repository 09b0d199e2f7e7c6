/** A refusal of the API: answered as `{"error": message}` with `status`. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/** 400: the caller has sent something QStash does not understand. */
export const badRequest = (message: string) => new ApiError(400, message);

/** 404: nothing of that name is here, or not any more. */
export const notFound = (what: string, name: string) => new ApiError(404, `${what} ${name} not found`);
