import { createHash } from "node:crypto";
import type { Order } from "./book.ts";

const NAMES = ["BUDI SANTOSO", "SITI AMINAH", "AGUS WIJAYA", "DEWI LESTARI", "RUDI HARTONO", "NI MADE AYU"];
const POWERS_VA = [450, 900, 1300, 2200];

/** Rupiah per kWh that makes the documented example come out: 50.250 buys 34,5 kWh. */
const RUPIAH_PER_KWH = 1455;

/** A person behind a customer number: always the same one for the same number. */
export interface Customer {
  name: string;
  tariff: string;
  /** VA */
  power: number;
  /** PLN's 12-digit customer id. */
  subscriberId: string;
}

export function customerOf(customerNo: string): Customer {
  const pick = fingerprint(`customer ${customerNo}`);
  return {
    name: NAMES[Number(pick % BigInt(NAMES.length))] ?? "PELANGGAN",
    tariff: "R1",
    power: POWERS_VA[Number((pick >> 8n) % BigInt(POWERS_VA.length))] ?? 900,
    subscriberId: digits(`subscriber ${customerNo}`, 12),
  };
}

/**
 * The serial number of a success: a PLN token as `dddd-dddd-dddd-dddd-dddd/NAMA/R1/900VA/34,5`, a reference for a paid
 * bill, a number for the rest. The same execution always has the same one.
 */
export function serialNumber(order: Order, executionId: number): string {
  const seed = `${order.refId} ${executionId}`;
  if (order.kind === "pasca") {
    return createHash("sha256").update(seed).digest("hex").slice(0, 32).toUpperCase();
  }
  if (order.category !== "PLN") return digits(seed, 16);
  const token = (digits(seed, 20).match(/.{4}/g) ?? []).join("-");
  const { name, tariff, power } = customerOf(order.customerNo);
  const kwh = (order.price / RUPIAH_PER_KWH).toFixed(1).replace(".", ",");
  return `${token}/${name}/${tariff}/${power}VA/${kwh}`;
}

/** A number between `from` and `to` (both included) that belongs to `seed`. */
export function numberFor(seed: string, from: number, to: number): number {
  return from + Number(fingerprint(seed) % BigInt(to - from + 1));
}

function digits(seed: string, length: number): string {
  return (fingerprint(seed) % 10n ** BigInt(length)).toString().padStart(length, "0");
}

function fingerprint(seed: string): bigint {
  return BigInt(`0x${createHash("sha256").update(seed).digest("hex").slice(0, 32)}`);
}
