// Inequalities of times, each drawn to one scale: what is needed, term by term, above what there is.
import { type S } from "../api";
import { duration } from "../clock";
import { Badge } from "./Bits";
import { Empty } from "./States";

export function Inequalities(p: { of: S["Inequality"][]; name: string }) {
  if (p.of.length === 0) {
    return <Empty>The node sends none.</Empty>;
  }
  return (
    <ul class="plain inequalities" aria-label={p.name}>
      {p.of.map((q, i) => (
        <li key={`${q.code}.${i}`}>
          <div class="spread heads">
            <code class="anywhere">{q.words}</code>
            {q.ok ? <Badge tone="good">holds</Badge> : <Badge tone="bad">broken: {q.code.replaceAll("_", " ")}</Badge>}
          </div>
          <Scale of={q} />
          <div class="spread faint">
            <span>
              need {q.sum && q.sum !== String(q.need) ? <span class="anywhere">{q.sum} = </span> : null}
              <Seconds of={q.need} />
            </span>
            <span>
              have <Seconds of={q.have} />, {q.ok ? `${duration(q.have - q.need)} spare` : `${duration(q.need - q.have)} short`}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Seconds(p: { of: number }) {
  return <span title={`${p.of} s`}>{duration(p.of)}</span>;
}

type Term = { name: string; seconds: number };

/** The terms of the left side with their seconds, where the words and the sum have as many. */
function terms(q: S["Inequality"]): Term[] {
  const names = (q.words.split("≤")[0] ?? "").split("+").map((s) => s.trim());
  const seconds = q.sum.split("+").map((s) => Number(s.trim()));
  const whole = [{ name: names.join(" + "), seconds: q.need }];
  if (names.length !== seconds.length || seconds.some((s) => !Number.isFinite(s)) || seconds.reduce((a, b) => a + b, 0) !== q.need) {
    return whole;
  }
  return names.map((name, i) => ({ name, seconds: seconds[i] ?? 0 }));
}

function Scale(p: { of: S["Inequality"] }) {
  const q = p.of;
  const scale = Math.max(q.need, q.have, 1);
  const part = (s: number) => `${((s / scale) * 100).toFixed(3)}%`;
  let at = 0;
  return (
    <svg class="scale" width="100%" height="22" role="img" aria-label={`need ${duration(q.need)}, have ${duration(q.have)}`}>
      {terms(q).map((t, i) => {
        const x = at;
        at += t.seconds;
        return (
          <rect key={i} class={`span need${i % 2}`} x={part(x)} width={part(t.seconds)} y="1" height="9">
            <title>{`${t.name}: ${duration(t.seconds)}`}</title>
          </rect>
        );
      })}
      <rect class={q.ok ? "span ok" : "span fail"} x="0" width={part(q.have)} y="12" height="9" />
      <line class="needline" x1={part(q.need)} x2={part(q.need)} y1="0" y2="22" />
    </svg>
  );
}
