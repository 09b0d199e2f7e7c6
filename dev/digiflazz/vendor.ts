import type { Clock } from "../clock.ts";
import type { Book } from "./book.ts";
import type { Executions } from "./executions.ts";
import type { Account } from "./payload.ts";
import type { PostpaidProduct, PrepaidProduct } from "./products.ts";
import type { Script } from "./script.ts";

/** What every endpoint of the stand-in works with. */
export interface Vendor {
  account: Account;
  clock: Clock;
  book: Book;
  executions: Executions;
  script: Script;
  prepaid: Map<string, PrepaidProduct>;
  postpaid: Map<string, PostpaidProduct>;
}
