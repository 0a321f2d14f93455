// The node's live feed. A new block asks for what is on the page again, at most every two seconds and not while nobody looks;
// without the feed the page asks every five seconds by itself.
import { useEffect, useState } from "preact/hooks";
import { refresh } from "./api";
import { newest, observe } from "./clock";

/** Something that just happened at the node (client.Event). */
export type Event = { id: number; kind: string; fields: Record<string, string> };

const most = 200;
const pause = 2000;

let events: Event[] = [];
let connected = false;
const listeners = new Set<() => void>();
let last = 0;
let waiting: ReturnType<typeof setTimeout> | undefined;

function due(): void {
  if (document.hidden || waiting !== undefined) {
    return;
  }
  waiting = setTimeout(
    () => {
      waiting = undefined;
      last = performance.now();
      refresh();
    },
    Math.max(0, last + pause - performance.now()),
  );
}

function note(message: MessageEvent<string>): void {
  let event: unknown;
  try {
    event = JSON.parse(message.data);
  } catch {
    return;
  }
  if (typeof event !== "object" || event === null || !("kind" in event)) {
    return;
  }
  const e = event as Event;
  const fields = e.fields ?? {};
  if (e.kind === "block") {
    tick(fields);
    due();
  } else {
    events = [{ ...e, fields }, ...events.filter((old) => old.id !== e.id)].slice(0, most);
  }
  listeners.forEach((f) => f());
}

/** A block's event says what time it is on the chain, before anything is asked for. */
function tick(fields: Record<string, string>): void {
  const [block, time, final] = [fields.block, fields.time, fields.final].map(Number);
  if (block && time && final !== undefined && Number.isSafeInteger(block) && Number.isSafeInteger(time)) {
    observe({ block, time, final: final || (newest()?.final ?? 0), hash: "" });
  }
}

export function start(): void {
  // All that the node still has of what happened before; after a break the browser says itself what it had.
  const source = new EventSource("/v1/events?after=0");
  source.onopen = () => {
    connected = true;
    listeners.forEach((f) => f());
  };
  source.onerror = () => {
    connected = false;
    listeners.forEach((f) => f());
    if (source.readyState === EventSource.CLOSED) {
      // The browser gives up when the answer is no stream; the node may only be starting.
      setTimeout(start, 10_000);
    }
  };
  source.onmessage = note;
}

setInterval(() => {
  if (!connected) {
    due();
  }
}, 5000);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    due();
  }
});

export function useEvents(): { events: Event[]; connected: boolean } {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((n) => n + 1);
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return { events, connected };
}
