// What stands where data does not: it is on its way, there is none, or something is wrong.
import { type ComponentChildren } from "preact";
import { type Failure, type Got, type Pages, refresh } from "../api";

/** Grey lines where data will be, as high as it will be, so that nothing jumps. */
export function Loading(p: { lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="sr-only">Loading</span>
      {Array.from({ length: p.lines ?? 4 }, (_, i) => (
        <span key={i} class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

export function Empty(p: { children: ComponentChildren }) {
  return <p class="empty">{p.children}</p>;
}

const advice: Record<string, string> = {
  bad_request: "Check what was entered or the address of this page.",
  not_found: "Check the address and the operator set that is chosen at the top.",
  not_kept: "Another node may still have it.",
  not_yet: "It appears here by itself once the node has it.",
  too_large: "Ask for less at once.",
  busy: "The node has much to do; this page asks again by itself.",
  starting: "The node is starting; this page asks again by itself.",
  failed: "The node's log says more; this page asks again by itself.",
  unreachable: "This page tries again by itself.",
};

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The node's own words, and what to do. */
export function Problem(p: { of: Failure }) {
  return (
    <div class="problem" role="alert" data-testid="problem">
      <p>
        <strong>{sentence(p.of.detail)}</strong> {advice[p.of.code] ?? ""}
      </p>
      <p class="faint">
        Code <code>{p.of.code}</code>
        {p.of.status ? `, HTTP status ${p.of.status}` : ""}.{" "}
        <button type="button" class="link" onClick={refresh}>
          Ask again
        </button>
      </p>
    </div>
  );
}

/** What stands above data that could not be read again. That the node does not answer at all is said by the banner. */
function Stale(p: { of: Failure | undefined }) {
  return p.of && p.of.code !== "unreachable" ? (
    <p class="stale" role="status">
      This may be old: the node could not answer again. {sentence(p.of.detail)} This page asks again by itself.
    </p>
  ) : null;
}

/** What was got, or what stands in its place. Old data stays while the node is silent: the banner says so. */
export function Show<T>(p: { of: Got<T>; lines?: number; children: (data: T) => ComponentChildren }) {
  if (p.of.data !== undefined) {
    return (
      <>
        <Stale of={p.of.failure} />
        {p.children(p.of.data)}
      </>
    );
  }
  return p.of.failure ? <Problem of={p.of.failure} /> : <Loading lines={p.lines} />;
}

/** The same for lists, with what to say of an empty one, and a button for more. */
export function ShowList<I>(p: { of: Pages<I>; lines?: number; empty: ComponentChildren; children: (items: I[]) => ComponentChildren }) {
  const { items, failure, more, busy } = p.of;
  if (!items) {
    return failure ? <Problem of={failure} /> : <Loading lines={p.lines} />;
  }
  if (items.length === 0 && !more) {
    return <Empty>{p.empty}</Empty>;
  }
  return (
    <>
      <Stale of={failure} />
      {p.children(items)}
      {busy && <Loading lines={2} />}
      {more && (
        <p class="more">
          <button type="button" onClick={more} data-testid="more">
            More
          </button>
        </p>
      )}
    </>
  );
}
