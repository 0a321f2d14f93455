// Bars and lines, drawn with percentages so that they fit any width. What they show stands beside them in words or a table.
import { type ComponentChildren } from "preact";
import { type Unit, bps, compact, exact, most } from "../amount";
import { Amount } from "./Bits";
import { Swatch } from "./TimeBar";

const part = (n: number) => `${(n / 100).toFixed(2)}%`;

/** A bar of have against a mark of need. */
export function HaveNeed(p: { have: bigint; need: bigint; ok: boolean; label: string; scale?: bigint }) {
  const scale = p.scale ?? most(most(p.have, p.need), 1n);
  return (
    <svg class="haveneed" width="100%" height="14" role="img" aria-label={p.label}>
      <rect class="track" x="0" y="3" width="100%" height="8" rx="2" />
      <rect class={p.ok ? "span ok" : "span fail"} x="0" y="3" width={part(bps(p.have, scale))} height="8" rx="2" />
      <line class="needline" x1={part(bps(p.need, scale))} x2={part(bps(p.need, scale))} y1="0" y2="14" />
    </svg>
  );
}

export type Bar = { name: ComponentChildren; id: string; counts: bigint; cut: bigint; note?: ComponentChildren };

/** One bar per thing, to one scale: what counts, and what a cap cuts off. */
export function Bars(p: { bars: Bar[]; unit: Unit; label: string; counts: string; cut: string }) {
  const scale = p.bars.reduce((m, b) => most(m, b.counts + b.cut), 1n);
  return (
    <div class="bars" role="group" aria-label={p.label}>
      {p.bars.map((b) => (
        <div class="bar" key={b.id}>
          <div class="barname">{b.name}</div>
          <svg width="100%" height="14" role="img" aria-label={`${exact(b.counts, p.unit)} ${p.unit.name} ${p.counts}${b.cut ? `, ${exact(b.cut, p.unit)} ${p.cut}` : ""}`}>
            <rect class="track" width="100%" height="14" rx="2" />
            <rect class="span ok" width={part(bps(b.counts, scale))} height="14" rx="2" />
            <rect class="span capped" x={part(bps(b.counts, scale))} width={part(bps(b.cut, scale))} height="14" />
          </svg>
          <div class="barvalue">
            <Amount of={b.counts} unit={p.unit} /> {b.note}
          </div>
        </div>
      ))}
      {p.cut && (
        <ul class="legend" aria-hidden="true">
          <li>
            <Swatch tone="ok" /> {p.counts}
          </li>
          <li>
            <Swatch tone="capped" /> {p.cut}
          </li>
        </ul>
      )}
    </div>
  );
}

export type Point = { era: number; weight: bigint; stake: bigint; cutOff?: bigint; elected: boolean };

/** An operator's weight against the last seat's, era by era, oldest at the left. Below stands a strip: in or out. */
export function WeightChart(p: { points: Point[]; unit: Unit }) {
  const points = [...p.points].sort((a, b) => a.era - b.era);
  const scale = points.reduce((m, x) => most(m, most(most(x.weight, x.stake), x.cutOff ?? 0n)), 1n);
  const height = 160;
  const base = height - 24;
  const x = (i: number) => (points.length === 1 ? 50 : 3 + (i * 94) / (points.length - 1));
  const y = (n: bigint) => base - ((base - 20) * bps(n, scale)) / 10_000;
  const line = (name: string, of: (q: Point) => bigint | undefined) =>
    points.slice(1).map((q, i) => {
      const [a, b] = [of(points[i] as Point), of(q)];
      return a === undefined || b === undefined ? null : (
        <line key={`${name}${q.era}`} class={`curve ${name}`} x1={`${x(i)}%`} y1={y(a)} x2={`${x(i + 1)}%`} y2={y(b)} />
      );
    });
  const every = Math.max(1, Math.ceil(points.length / 8));
  const last = points[points.length - 1];
  return (
    <div class="weightchart">
      <svg width="100%" height={height} role="img" aria-label={`Weight and weight of the last seat over ${points.length} eras; the newest is era ${last?.era ?? 0}`}>
        <line class="axis" x1="0" x2="100%" y1={base} y2={base} />
        <text class="axislabel" x="0" y="10">{`${compact(scale, p.unit)} ${p.unit.name}`}</text>
        {line("stake", (q) => q.stake)}
        {line("cutoff", (q) => q.cutOff)}
        {line("weight", (q) => q.weight)}
        {points.map((q, i) => (
          <g key={q.era}>
            {q.cutOff !== undefined && <circle class="dot cutoff" cx={`${x(i)}%`} cy={y(q.cutOff)} r="2" />}
            <circle class="dot weight" cx={`${x(i)}%`} cy={y(q.weight)} r="3">
              <title>{`era ${q.era}: weight ${exact(q.weight, p.unit)}, last seat ${q.cutOff === undefined ? "none" : exact(q.cutOff, p.unit)}`}</title>
            </circle>
            <rect class={q.elected ? "span ok" : "span out"} x={`${x(i) - 1}%`} y={base + 3} width="2%" height="6" />
            {(points.length - 1 - i) % every === 0 && (
              <text class="axislabel middle" x={`${x(i)}%`} y={height - 2}>
                {q.era}
              </text>
            )}
          </g>
        ))}
      </svg>
      <ul class="legend" aria-hidden="true">
        <li><Swatch tone="weight" /> its weight</li>
        <li><Swatch tone="stake" /> its stake</li>
        <li><Swatch tone="cutoff" /> weight of the last seat</li>
        <li><Swatch tone="ok" /> elected</li>
        <li><Swatch tone="out" /> not elected</li>
      </ul>
    </div>
  );
}
