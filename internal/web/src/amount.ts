// Amounts are bigints of base units. No float ever touches money: what is shown is cut, never rounded up.

/** A token in which amounts are shown: its name, and how many decimals it has. */
export type Unit = { name: string; decimals: number };

export const WVARA: Unit = { name: "wVARA", decimals: 12 };
export const ETH: Unit = { name: "ETH", decimals: 18 };
/** Of a token that this page knows nothing of. */
export const BASE: Unit = { name: "base units", decimals: 0 };

/** The amount that the API sends: a decimal string. What is none, a fault of the node, is 0. */
export function big(text: string | undefined): bigint {
  return text && /^[0-9]{1,78}$/.test(text) ? BigInt(text) : 0n;
}

function grouped(n: bigint): string {
  return n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function split(n: bigint, decimals: number): { sign: string; whole: bigint; fraction: string } {
  const abs = n < 0n ? -n : n;
  const one = 10n ** BigInt(decimals);
  const fraction = decimals === 0 ? "" : (abs % one).toString().padStart(decimals, "0");
  return { sign: n < 0n ? "−" : "", whole: abs / one, fraction };
}

/** Every digit, without zeros at the end: 12,345.600000000001. */
export function exact(n: bigint, unit: Unit): string {
  const { sign, whole, fraction } = split(n, unit.decimals);
  const rest = fraction.replace(/0+$/, "");
  return sign + grouped(whole) + (rest ? "." + rest : "");
}

/** Few digits, the rest cut off: 12,345.6 from a thousand on, 1.234 from one on, else three digits that count. */
export function compact(n: bigint, unit: Unit): string {
  const { sign, whole, fraction } = split(n, unit.decimals);
  let keep = 3;
  if (whole >= 1000n) {
    keep = 1;
  } else if (whole === 0n) {
    keep = fraction.search(/[1-9]/) + 3;
  }
  const rest = fraction.slice(0, Math.max(keep, 0)).replace(/0+$/, "");
  return sign + grouped(whole) + (rest ? "." + rest : "");
}

/** What somebody typed, as base units, or a sentence that says what is wrong with it. */
export type Parsed = { amount: bigint } | { error: string };

export function parse(text: string, unit: Unit): Parsed {
  const t = text.trim();
  if (t === "") {
    return { error: `Enter an amount of ${unit.name}, for example 12.5.` };
  }
  if (t.startsWith("-") || t.startsWith("−")) {
    return { error: "An amount is not negative." };
  }
  if (/^\d{1,3}(,\d{3})*,?\d*$/.test(t) && t.includes(",")) {
    return { error: "Write the amount without commas; a point separates decimals." };
  }
  const m = /^(\d*)(?:\.(\d*))?$/.exec(t);
  if (!m || (!m[1] && !m[2])) {
    return { error: "Write digits, with a point before decimals: 12.5." };
  }
  const whole = m[1] || "0";
  const fraction = (m[2] ?? "").replace(/0+$/, "");
  if (fraction.length > unit.decimals) {
    return { error: `${unit.name} has ${unit.decimals} decimals; this has ${fraction.length}.` };
  }
  if (whole.length > 60) {
    return { error: "That is more than any token has." };
  }
  return { amount: BigInt(whole + fraction.padEnd(unit.decimals, "0")) };
}

/** part of whole in hundredths of a percent, 0 … 10,000; for bars alone. */
export function bps(part: bigint, whole: bigint): number {
  if (whole <= 0n || part <= 0n) {
    return 0;
  }
  return part >= whole ? 10_000 : Number((part * 10_000n) / whole);
}

/** Basis points in words: 5 %, 12.34 %. */
export function percent(n: number): string {
  const fraction = String(n % 100).padStart(2, "0").replace(/0+$/, "");
  return `${Math.trunc(n / 100)}${fraction ? "." + fraction : ""} %`;
}

export function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** For sorting. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
