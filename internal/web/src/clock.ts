// The clock is the chain's: the newest block's time, and the seconds that went by here since it was heard of. This machine's
// date is never asked for: a devnet is decades ahead, and a laptop may be hours behind.
import { useEffect, useState } from "preact/hooks";

export type AsOf = { block: number; hash: string; time: number; final: number };

type Heard = { asOf: AsOf; at: number };

let heard: Heard | null = null;
const listeners = new Set<() => void>();

/** How long a newer moment makes older ones be ignored. After that the chain was begun anew: a devnet's node restarted. */
const firm = 15_000;

/** Notes of which moment an answer was. Older moments change nothing. */
export function observe(asOf: AsOf): void {
  const at = performance.now();
  if (!heard || asOf.block > heard.asOf.block || asOf.time > heard.asOf.time || (asOf.block < heard.asOf.block && at - heard.at > firm)) {
    heard = { asOf, at };
    listeners.forEach((f) => f());
  }
}

/** The newest moment that the node told of. */
export function newest(): AsOf | null {
  return heard?.asOf ?? null;
}

/** The chain's time now, whole seconds; null before the first answer. */
export function now(): number | null {
  return heard ? Math.floor(heard.asOf.time + (performance.now() - heard.at) / 1000) : null;
}

/** The chain's time, and a render whenever it is another second. */
export function useNow(): number | null {
  const [t, set] = useState(now);
  useEffect(() => {
    const update = () => set(now());
    update();
    const timer = setInterval(update, 1000);
    listeners.add(update);
    return () => {
      clearInterval(timer);
      listeners.delete(update);
    };
  }, []);
  return t;
}

/** The newest moment, and a render whenever there is a newer one. */
export function useNewest(): AsOf | null {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((n) => n + 1);
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return newest();
}

/** 3 d 4 h, 2 h 5 min, 3 min 20 s, 45 s: two units at most. */
export function duration(seconds: number): string {
  const s = Math.abs(Math.trunc(seconds));
  if (s >= 10 * 365 * 86400) {
    return `${Math.trunc(s / (365 * 86400))} years`;
  }
  const parts: [number, string][] = [
    [Math.trunc(s / 86400), "d"],
    [Math.trunc(s / 3600) % 24, "h"],
    [Math.trunc(s / 60) % 60, "min"],
    [s % 60, "s"],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) {
    return "0 s";
  }
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(" ");
}

/** A moment in words: in 45 s, 3 min ago, now. */
export function relative(t: number, at: number): string {
  if (t === at) {
    return "now";
  }
  return t > at ? `in ${duration(t - at)}` : `${duration(at - t)} ago`;
}

/** A moment in UTC: 2026-11-30 19:47:19 UTC. */
export function utc(t: number): string {
  const date = new Date(t * 1000);
  return Number.isNaN(date.getTime()) ? `second ${t}` : date.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}
