// The small things of which pages are made: amounts, moments, addresses, badges.
import { type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Unit, BASE, WVARA, big, compact, exact } from "../amount";
import { relative, useNow, utc } from "../clock";
import { useGet, type S } from "../api";
import { href } from "../router";
import { useSettings } from "../theme";

/** An amount with its unit: few digits, all of them in the title, or everywhere when the reader wants exact numbers. */
export function Amount(p: { of: string | bigint | undefined; unit?: Unit; bare?: boolean }) {
  const { exact: all } = useSettings();
  const unit = p.unit ?? WVARA;
  const n = typeof p.of === "bigint" ? p.of : big(p.of);
  const full = exact(n, unit);
  return (
    <span class="amount" title={`${full} ${unit.name}`}>
      {all ? full : compact(n, unit)}
      {!p.bare && <span class="unit"> {unit.name}</span>}
    </span>
  );
}

/** In which unit a vault's amounts are: wVARA, or base units of a token that the API tells no decimals of. */
export function useUnit(collateral: string | undefined): Unit {
  const { data } = useGet<S["Network"]>("/v1/network");
  if (!collateral || !data || collateral.toLowerCase() === data.contracts.token.toLowerCase()) {
    return WVARA;
  }
  return BASE;
}

/** A moment of the chain: how long it is until then, or since; UTC in the title. */
export function When(p: { at: number | undefined; none?: string }) {
  const t = useNow();
  const { exact: all } = useSettings();
  if (!p.at) {
    return <span class="faint">{p.none ?? "–"}</span>;
  }
  const absolute = utc(p.at);
  const words = t === null ? absolute : relative(p.at, t);
  return (
    <time dateTime={absolute.replace(" UTC", "Z").replace(" ", "T")} title={absolute} class="when">
      {all ? `${absolute} (${words})` : words}
    </time>
  );
}

export function Copy(p: { text: string; what: string }) {
  const [done, set] = useState<"" | "copied" | "failed">("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(p.text);
      set("copied");
    } catch {
      set("failed");
    }
    setTimeout(() => set(""), 1500);
  };
  return (
    <button type="button" class="copy" onClick={copy} aria-label={`Copy ${p.what} ${p.text}`} title={done || "Copy"}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        {done === "copied" ? (
          <path d="M3 8.5l3.5 3.5L13 4.5" fill="none" stroke="currentColor" stroke-width="2" />
        ) : (
          <path d="M5.5 4.5v-2h8v8h-2m-9-6h8v9h-8z" fill="none" stroke="currentColor" stroke-width="1.3" />
        )}
      </svg>
      <span class="sr-only" role="status">
        {done === "copied" ? "copied" : done === "failed" ? "the browser refused to copy" : ""}
      </span>
    </button>
  );
}

export const zero = /^0x0*$/;

/** Something long in hex: shortened where there is little room, never when the reader wants exact numbers. */
export function Hex(p: { of: string; what: string; whole?: boolean; to?: string; icon?: boolean }) {
  const { exact: all } = useSettings();
  const text = p.whole || all || p.of.length <= 14 ? p.of : `${p.of.slice(0, 8)}…${p.of.slice(-4)}`;
  const words = <span class={p.whole || all ? "hex whole" : "hex"}>{text}</span>;
  return (
    <span class="hexed" title={p.of}>
      {p.icon && <Mark of={p.of} />}
      {p.to ? <a href={p.to}>{words}</a> : words}
      <Copy text={p.of} what={p.what} />
    </span>
  );
}

export function Operator(p: { of: string; whole?: boolean; plain?: boolean }) {
  return <Hex of={p.of} what="operator" whole={p.whole} icon to={p.plain ? undefined : href("operators", p.of)} />;
}

export function VaultName(p: { of: string; whole?: boolean; plain?: boolean }) {
  return <Hex of={p.of} what="vault" whole={p.whole} icon to={p.plain ? undefined : href("vaults", p.of)} />;
}

export function Account(p: { of: string; whole?: boolean; none?: string }) {
  if (zero.test(p.of)) {
    return <span class="faint">{p.none ?? "nobody"}</span>;
  }
  return <Hex of={p.of} what="address" whole={p.whole} icon />;
}

export function Hash(p: { of: string; what: string; whole?: boolean; none?: string }) {
  if (zero.test(p.of)) {
    return <span class="faint">{p.none ?? "none"}</span>;
  }
  return <Hex of={p.of} what={p.what} whole={p.whole} />;
}

/** A small picture of an address, so that eyes find it again: five by five, mirrored. */
function Mark(p: { of: string }) {
  const digits = p.of.replace(/^0x/, "").padEnd(20, "0");
  const cells: [number, number][] = [];
  for (let i = 0; i < 15; i++) {
    if (parseInt(digits[i] ?? "0", 16) % 2 === 1) {
      const [x, y] = [i % 3, Math.trunc(i / 3)];
      cells.push([x, y]);
      if (x < 2) {
        cells.push([4 - x, y]);
      }
    }
  }
  const hue = parseInt(digits.slice(15, 17), 16) % 6;
  return (
    <svg class={`mark hue${hue}`} viewBox="-0.5 -0.5 6 6" width="14" height="14" aria-hidden="true">
      {cells.map(([x, y]) => (
        <rect key={`${x}.${y}`} x={x} y={y} width="1.02" height="1.02" />
      ))}
    </svg>
  );
}

export type Tone = "good" | "bad" | "warn" | "info" | "plain";

export function Badge(p: { tone: Tone; children: ComponentChildren; title?: string; testid?: string }) {
  return (
    <span class={`badge ${p.tone}`} title={p.title} data-testid={p.testid}>
      {p.children}
    </span>
  );
}

/** A card of a page, with its heading. */
export function Panel(p: { title: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren; class?: string; testid?: string }) {
  return (
    <section class={`panel ${p.class ?? ""}`} data-testid={p.testid}>
      <header>
        <h2>{p.title}</h2>
        {p.aside && <div class="aside">{p.aside}</div>}
      </header>
      {p.children}
    </section>
  );
}

/** Names and values. */
export function Facts(p: { of: [ComponentChildren, ComponentChildren][]; class?: string }) {
  return (
    <dl class={`facts ${p.class ?? ""}`}>
      {p.of.map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A number that matters, large. */
export function Figure(p: { name: ComponentChildren; children: ComponentChildren; note?: ComponentChildren }) {
  return (
    <div class="figure">
      <span class="name">{p.name}</span>
      <span class="value">{p.children}</span>
      {p.note && <span class="note">{p.note}</span>}
    </div>
  );
}

/** What the rule of a reason is, and what to do. */
export function ReasonLong(p: { noun: string; code: string }) {
  const { data } = useGet<S["Reasons"]>("/v1/reasons", Infinity);
  return <p class="lead">{data?.items.find((r) => r.noun === p.noun && r.code === p.code)?.long ?? p.code.replaceAll("_", " ")}</p>;
}

/** A reason by its code, with the short text that the node has for it. */
export function ReasonWords(p: { noun: string; code: string; text?: string; tone?: Tone }) {
  const { data } = useGet<S["Reasons"]>("/v1/reasons", Infinity);
  const reason = data?.items.find((r) => r.noun === p.noun && r.code === p.code);
  return (
    <Badge tone={p.tone ?? "plain"} title={`${p.code}: ${p.text ?? reason?.long ?? ""}`}>
      {reason?.short ?? p.code.replaceAll("_", " ")}
    </Badge>
  );
}
