// The node's HTTP API: types from docs/openapi.json, a cache of what is on the page, and whether the node answers. Everything
// on the page is asked for again when there is a new block; the browser's own cache answers what did not change (ETag).
import { useEffect, useRef, useState } from "preact/hooks";
import type { components } from "./schema.gen";
import { type AsOf, observe } from "./clock";

export type S = components["schemas"];

/** Why there is no answer: the node's own problem, or that there was none. */
export type Failure = { code: string; detail: string; status: number };

type Entry = {
  path: string;
  data?: unknown;
  failure?: Failure;
  busy: boolean;
  again: boolean;
  tick: number;
  /** How long an answer is good, whatever blocks there are, in milliseconds; and when it was asked for. */
  patience: number;
  asked: number;
  users: Set<() => void>;
};

const cache = new Map<string, Entry>();
const keptUnused = 60;
let tick = 0;

/** Whether the node answers. since is when it last did not, on this page's own clock. */
export type Reach = { ok: boolean; what: string };
let reach: Reach = { ok: true, what: "" };
const watchers = new Set<() => void>();

function setReach(next: Reach): void {
  if (next.ok !== reach.ok || next.what !== reach.what) {
    reach = next;
    watchers.forEach((f) => f());
    if (!next.ok) {
      retry();
    }
  }
}

let retrying: ReturnType<typeof setTimeout> | undefined;
function retry(): void {
  clearTimeout(retrying);
  retrying = setTimeout(() => {
    if (!reach.ok) {
      refresh();
      retry();
    }
  }, 3000);
}

export function useReach(): Reach {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((n) => n + 1);
    watchers.add(update);
    return () => void watchers.delete(update);
  }, []);
  return reach;
}

function isProblem(x: unknown): x is S["Problem"] {
  return typeof x === "object" && x !== null && "detail" in x && "code" in x;
}

function hasAsOf(x: unknown): x is { asOf: AsOf } {
  return typeof x === "object" && x !== null && "asOf" in x && typeof (x as { asOf: unknown }).asOf === "object";
}

/** One answer, or a Failure that is thrown. */
export async function ask<T>(path: string): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
  } catch (err) {
    const late = err instanceof DOMException && err.name === "TimeoutError";
    setReach({ ok: false, what: late ? "it did not answer within 20 s" : "no connection" });
    throw { code: "unreachable", detail: "The node did not answer.", status: 0 } satisfies Failure;
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!isProblem(body) && [502, 503, 504].includes(response.status)) {
    setReach({ ok: false, what: `HTTP status ${response.status}` });
    throw { code: "unreachable", detail: "Something between this page and the node answered in its place.", status: response.status } satisfies Failure;
  }
  setReach({ ok: true, what: "" });
  if (!response.ok || body === undefined) {
    const detail = `The node answered with status ${response.status} and no explanation.`;
    const problem = isProblem(body) ? body : { code: "unexpected", detail };
    throw { code: problem.code, detail: problem.detail, status: response.status } satisfies Failure;
  }
  if (hasAsOf(body)) {
    observe(body.asOf);
  }
  return body as T;
}

function entry(path: string): Entry {
  let e = cache.get(path);
  if (!e) {
    e = { path, busy: false, again: false, tick: -1, patience: 0, asked: 0, users: new Set() };
    cache.set(path, e);
    for (const [key, old] of cache) {
      if (cache.size <= keptUnused) {
        break;
      }
      if (old.users.size === 0 && key !== path) {
        cache.delete(key);
      }
    }
  }
  return e;
}

async function load(e: Entry): Promise<void> {
  if (e.busy) {
    e.again = true;
    return;
  }
  e.busy = true;
  e.tick = tick;
  e.asked = performance.now();
  try {
    e.data = await ask(e.path);
    e.failure = undefined;
  } catch (err) {
    e.failure = err as Failure;
    if (e.failure.code === "not_found") {
      e.data = undefined;
    }
  }
  e.busy = false;
  e.users.forEach((f) => f());
  if (e.again) {
    e.again = false;
    void load(e);
  }
}

/** Asks again for everything that is on the page. */
export function refresh(): void {
  tick++;
  for (const e of cache.values()) {
    if (e.users.size > 0 && (e.failure || performance.now() - e.asked >= e.patience)) {
      void load(e);
    }
  }
}

export type Got<T> = { data?: T; failure?: Failure };

/** What the node says at path, kept fresh, with each block or after patience milliseconds; nothing while path is null. */
export function useGet<T>(path: string | null, patience = 0): Got<T> {
  const [, set] = useState(0);
  useEffect(() => {
    if (path === null) {
      return;
    }
    const e = entry(path);
    const update = () => set((n) => n + 1);
    e.users.add(update);
    e.patience = patience;
    if (e.data === undefined || (e.tick < tick && performance.now() - e.asked >= patience)) {
      void load(e);
    }
    return () => void e.users.delete(update);
  }, [path]);
  const e = path === null ? undefined : cache.get(path);
  return { data: e?.data as T | undefined, failure: e?.failure };
}

type Page<I> = { asOf: AsOf; items: I[]; next?: string };
export type Pages<I> = { items?: I[]; failure?: Failure; more?: () => void; busy: boolean; first?: unknown };

/** The addresses of the first pages of a list, as far as they are known: each says where the next begins. */
function chain(path: string | null, limit: number, count: number): string[] {
  if (path === null) {
    return [];
  }
  const first = `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`;
  const list = [first];
  while (list.length < count) {
    const before = cache.get(list[list.length - 1] ?? "")?.data as Page<unknown> | undefined;
    if (!before?.next) {
      break;
    }
    list.push(`${first}&cursor=${encodeURIComponent(before.next)}`);
  }
  return list;
}

/**
 * A list of which each answer is a page: the first, and as many more as were asked for. When the list grows at its head all
 * later pages begin elsewhere; until they are there, what was shown stays.
 */
export function usePages<I>(path: string | null, limit = 50): Pages<I> {
  const [asked, ask] = useState({ path, count: 1 });
  const count = asked.path === path ? asked.count : 1;
  const paths = chain(path, limit, count);
  const all = useMany<Page<I>>(paths);
  const whole = useRef<{ path: string | null; items: I[] } | null>(null);
  const last = all[all.length - 1]?.data;
  const complete = all.length > 0 && all.every((g) => g.data) && (paths.length === count || !last?.next);
  const items = all.flatMap((g) => g.data?.items ?? []);
  if (complete) {
    whole.current = { path, items };
  }
  const kept = whole.current?.path === path ? whole.current.items : all[0]?.data && items;
  return {
    items: kept || undefined,
    first: all[0]?.data,
    failure: all.find((g) => g.failure)?.failure,
    busy: count > 1 && !complete,
    more: complete && last?.next ? () => ask({ path, count: count + 1 }) : undefined,
  };
}

function useMany<T>(paths: string[]): Got<T>[] {
  const [, set] = useState(0);
  const key = paths.join("\n");
  useEffect(() => {
    const update = () => set((n) => n + 1);
    const entries = paths.map(entry);
    for (const e of entries) {
      e.users.add(update);
      if (e.data === undefined || e.tick < tick) {
        void load(e);
      }
    }
    return () => entries.forEach((e) => e.users.delete(update));
  }, [key]);
  return paths.map((p) => ({ data: cache.get(p)?.data as T | undefined, failure: cache.get(p)?.failure }));
}
