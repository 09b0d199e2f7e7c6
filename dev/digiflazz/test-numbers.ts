import type { Outcome } from "./book.ts";

/** What a test number does; `pending…` means Pending first, final by webhook, `refunded` success first, then rc 74. */
export type TestBehaviour =
  | "succeeds"
  | "inquiryFails"
  | "fails"
  | "pendingSucceeds"
  | "pendingFails"
  | "refunded";

export interface TestNumber {
  sku: string;
  customerNo: string;
  behaviour: TestBehaviour;
  /** How many bills an inquiry finds. */
  sheets: number;
}

interface PostpaidRow {
  succeeds: string[];
  inquiryFails: string;
  fails: string;
  pendingSucceeds: string[];
  pendingFails: string;
}

/** The second number of a list has two bills. Source: Digiflazz, page "Test Case". */
const POSTPAID: Record<string, PostpaidRow> = {
  pln: {
    succeeds: ["530000000001", "530000000002"],
    inquiryFails: "530000000003",
    fails: "530000000006",
    pendingSucceeds: ["630000000001", "630000000002"],
    pendingFails: "630000000006",
  },
  pdam: row("1013226", "1013227", "1013230", "2013226", "2013230"),
  internet: row("6391601001", "6391601002", "6391601005", "7391601001", "7391601005"),
  bpjs: row("8801234560001", "8801234560002", "8801234560005", "9801234560001", "9801234560005"),
  multifinance: row("6391601201", "6391601202", "6391601205", "7391601201", "7391601205"),
  cimahi: row(
    "329801092375999991",
    "329801092375999992",
    "329801092375999995",
    "429801092375999991",
    "429801092375999995",
  ),
  pdl: row("3298010921", "3298010922", "3298010923", "4298010921", "4298010923"),
  pgas: {
    succeeds: ["0110014601", "0110014602"],
    inquiryFails: "0110014603",
    fails: "0110014605",
    pendingSucceeds: ["1110014601", "1110014602"],
    pendingFails: "1110014605",
  },
  tv: row("127246500101", "127246500102", "127246500105", "227246500101", "227246500105"),
  bpjstk: numbered("102051011270"),
  bpjstkpu: numbered("102051011280"),
  plnnontaglis: numbered("102051011290"),
  emoney: numbered("102051011300"),
  samsat: numbered("102051011310"),
  hp: numbered("102051011320"),
};

/** Every documented test number. Source: Digiflazz, page "Test Case". */
export const TEST_NUMBERS: readonly TestNumber[] = [
  { sku: "xld10", customerNo: "087800001230", behaviour: "succeeds", sheets: 0 },
  { sku: "xld10", customerNo: "087800001232", behaviour: "fails", sheets: 0 },
  { sku: "xld10", customerNo: "087800001233", behaviour: "pendingSucceeds", sheets: 0 },
  { sku: "xld10", customerNo: "087800001234", behaviour: "pendingFails", sheets: 0 },
  ...Object.entries(POSTPAID).flatMap(([sku, numbers]) => postpaidNumbers(sku, numbers)),
];

const byCustomer = new Map(TEST_NUMBERS.map((number) => [`${number.sku} ${number.customerNo}`, number]));
const prepaidByCustomer = new Map(
  TEST_NUMBERS.filter(({ sku }) => sku === "xld10").map((number) => [number.customerNo, number]),
);

/** A number of ours: Digiflazz documents none that is refunded after it was delivered. */
export const REFUNDED_NUMBER = "087800001274";
prepaidByCustomer.set(REFUNDED_NUMBER, {
  sku: "xld10",
  customerNo: REFUNDED_NUMBER,
  behaviour: "refunded",
  sheets: 0,
});

/** Digiflazz documents its prepaid numbers for `xld10` only; here they work for every prepaid SKU. */
export function prepaidTestNumber(customerNo: string): TestNumber | undefined {
  return prepaidByCustomer.get(customerNo);
}

/** A postpaid test number belongs to its SKU; what follows a comma (SAMSAT's identity number) does not count. */
export function postpaidTestNumber(sku: string, customerNo: string): TestNumber | undefined {
  return byCustomer.get(`${sku} ${customerNo.split(",")[0]?.trim()}`);
}

const OUTCOMES: Readonly<Record<TestBehaviour, Outcome>> = {
  succeeds: { status: "Sukses", rc: "00" },
  inquiryFails: { status: "Gagal", rc: "02" },
  fails: { status: "Gagal", rc: "02" },
  pendingSucceeds: { status: "Pending", rc: "03", later: { status: "Sukses", rc: "00" } },
  pendingFails: { status: "Pending", rc: "03", later: { status: "Gagal", rc: "02" } },
  refunded: { status: "Sukses", rc: "00", later: { status: "Gagal", rc: "74" } },
};

/** What a purchase for a number leads to; one that is in no table succeeds. */
export function outcomeFor(number: TestNumber | undefined): Outcome {
  return OUTCOMES[number?.behaviour ?? "succeeds"];
}

function row(
  succeeds: string,
  inquiryFails: string,
  fails: string,
  pendingSucceeds: string,
  pendingFails: string,
): PostpaidRow {
  return { succeeds: [succeeds], inquiryFails, fails, pendingSucceeds: [pendingSucceeds], pendingFails };
}

/** The later products share one pattern: 8… is immediate, 9… is pending; 0001 succeeds, 0002 has no bill, 0003 fails. */
function numbered(middle: string): PostpaidRow {
  return row(`8${middle}001`, `8${middle}002`, `8${middle}003`, `9${middle}001`, `9${middle}003`);
}

function postpaidNumbers(sku: string, numbers: PostpaidRow): TestNumber[] {
  const one = (customerNo: string, behaviour: TestBehaviour, sheets = 1): TestNumber => ({
    sku,
    customerNo,
    behaviour,
    sheets,
  });
  return [
    ...numbers.succeeds.map((customerNo, index) => one(customerNo, "succeeds", index + 1)),
    one(numbers.inquiryFails, "inquiryFails"),
    one(numbers.fails, "fails"),
    ...numbers.pendingSucceeds.map((customerNo, index) => one(customerNo, "pendingSucceeds", index + 1)),
    one(numbers.pendingFails, "pendingFails"),
  ];
}
