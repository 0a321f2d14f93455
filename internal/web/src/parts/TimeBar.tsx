// Time drawn to scale: spans on lanes, moments as ticks, and now. Positions are percentages of the drawing's width, so it fits
// any page without being measured; the list below says the same in words.
import { relative, useNow, utc } from "../clock";
import { When } from "./Bits";

export type Span = { name: string; from: number; to: number; tone: string };
export type Moment = { name: string; at: number; note?: string };

export function TimeBar(p: { name: string; lanes: Span[][]; moments: Moment[]; from?: number; to?: number; bare?: boolean }) {
  const t = useNow();
  const ends = [...p.lanes.flat().flatMap((s) => [s.from, s.to]), ...p.moments.map((m) => m.at)];
  if (ends.length === 0) {
    return null;
  }
  const from = p.from ?? Math.min(...ends);
  const to = Math.max(p.to ?? Math.max(...ends), from + 1);
  const at = (x: number) => `${Math.min(100, Math.max(0, ((x - from) / (to - from)) * 100)).toFixed(3)}%`;
  const wide = (a: number, b: number) => `${Math.max(0, (Math.min(b, to) - Math.max(a, from)) / (to - from) * 100).toFixed(3)}%`;
  const lane = 20;
  const height = p.lanes.length * lane + 6;
  const words = p.moments.map((m) => `${m.name} ${t === null ? utc(m.at) : relative(m.at, t)}`).join(", ");
  const inside = t !== null && t >= from && t <= to;
  return (
    <div class="timebar">
      <svg width="100%" height={height} role="img" aria-label={`${p.name}: ${words}`}>
        {p.lanes.map((_, i) => (
          <rect key={i} class="track" x="0" y={i * lane + 3} width="100%" height={lane - 4} rx="2" />
        ))}
        {p.lanes.map((spans, i) =>
          spans.map((s) => (
            <g key={`${i}.${s.name}`}>
              <rect class={`span ${s.tone}`} x={at(s.from)} y={i * lane + 3} width={wide(s.from, s.to)} height={lane - 4} rx="2">
                <title>{`${s.name}: ${utc(s.from)} to ${utc(s.to)}`}</title>
              </rect>
            </g>
          )),
        )}
        {p.moments.map((m) => (
          <line key={m.name} class="tick" x1={at(m.at)} x2={at(m.at)} y1="0" y2={height}>
            <title>{`${m.name}: ${utc(m.at)}`}</title>
          </line>
        ))}
        {inside && <line class="nowline" x1={at(t)} x2={at(t)} y1="0" y2={height} />}
        {inside && <circle class="nowdot" cx={at(t)} cy="4" r="4" />}
      </svg>
      {!p.bare && <Legend lanes={p.lanes} name={p.name} now={inside ? "" : t !== null && t > to ? ", after all of this" : ", before all of this"} />}
      <ol class="moments" aria-label={`Moments of ${p.name}`}>
        {p.moments.map((m) => (
          <li key={m.name} class={t !== null && m.at <= t ? "past" : "coming"}>
            <span class="name">{m.name}</span> <When at={m.at} /> {m.note && <span class="faint">{m.note}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Legend(p: { lanes: Span[][]; name: string; now: string }) {
  return (
    <ul class="legend" aria-label={`Spans of ${p.name}`}>
      {p.lanes.flat().map((s) => (
        <li key={s.name}>
          <Swatch tone={s.tone} /> {s.name}
        </li>
      ))}
      <li>
        <Swatch tone="now" /> now{p.now}
      </li>
    </ul>
  );
}

export function Swatch(p: { tone: string }) {
  return (
    <svg width="10" height="10" aria-hidden="true" class="swatch">
      <rect class={`span ${p.tone}`} width="10" height="10" rx="2" />
    </svg>
  );
}
