// The operators of an election, with how far each is from a seat.
import { compare, big } from "../amount";
import { type S } from "../api";
import { href } from "../router";
import { Amount, Badge, Operator, ReasonWords, type Tone } from "./Bits";
import { Table } from "./Table";

type Candidacy = S["Candidacy"];

export function toneOfReason(elected: boolean, code: string): Tone {
  if (elected) {
    return "good";
  }
  return code === "jailed" ? "bad" : code === "outranked" || code === "lost_lottery" || code === "below_minimum" ? "warn" : "plain";
}

export function MarginWords(p: { of: S["Margin"]; elected: boolean }) {
  const short = big(p.of.short);
  const lot = p.of.contested ? <span class="faint"> then the lottery decides</span> : null;
  if (p.elected) {
    return (
      <span class="spare">
        <Amount of={p.of.spare} /> spare{lot}
      </span>
    );
  }
  return short === 0n ? (
    <span>enough{lot}</span>
  ) : (
    <span class="short">
      <Amount of={p.of.short} /> short{lot}
    </span>
  );
}

const changes: Record<Candidacy["change"], { words: string; tone: Tone }> = {
  joined: { words: "joined", tone: "good" },
  left: { words: "left", tone: "bad" },
  up: { words: "▲ up", tone: "info" },
  down: { words: "▼ down", tone: "info" },
  same: { words: "same", tone: "plain" },
  out: { words: "out before", tone: "plain" },
  first: { words: "first era", tone: "plain" },
};

export function Change(p: { of: Candidacy["change"] }) {
  const c = changes[p.of] ?? { words: p.of, tone: "plain" };
  return <Badge tone={c.tone}>{c.words}</Badge>;
}

const last = Number.MAX_SAFE_INTEGER;

export function Candidates(p: { items: Candidacy[]; name: string; era: number | "next" }) {
  return (
    <Table
      name={p.name}
      testid="candidates"
      rows={p.items}
      id={(c) => c.operator}
      tone={(c) => (c.elected ? "in" : "outside")}
      columns={[
        { head: "Rank", number: true, cell: (c) => (c.rank ? c.rank : <span class="faint">–</span>), by: (c) => c.rank || last },
        { head: "Operator", cell: (c) => <Operator of={c.operator} />, by: (c) => c.operator },
        {
          head: "Result",
          cell: (c) => (
            <a class="quiet" href={href("elections", p.era, c.operator)} title={c.text}>
              <ReasonWords noun="election" code={c.reason} text={c.text} tone={toneOfReason(c.elected, c.reason)} />
            </a>
          ),
          by: (c) => c.reason,
        },
        { head: "Stake", number: true, unit: "wVARA", cell: (c) => <Amount of={c.stake} bare />, by: (c) => big(c.stake) },
        { head: "Weight", number: true, unit: "wVARA", cell: (c) => <Amount of={c.weight} bare />, by: (c) => big(c.weight) },
        { head: "Margin", number: true, cell: (c) => <MarginWords of={c.margin} elected={c.elected} />, by: marginKey },
        { head: "Change", cell: (c) => <Change of={c.change} />, by: (c) => c.change },
      ]}
    />
  );
}

/** Who is furthest below a seat first, who is safest last. */
function marginKey(c: Candidacy): bigint {
  const [short, spare] = [big(c.margin.short), big(c.margin.spare)];
  return compare(short, 0n) > 0 ? -short : spare;
}

/** What new operators need at the least, everybody else staying as they are. */
export function TakeoverWords(p: { of: S["Takeover"] }) {
  return p.of.possible ? (
    <>
      {p.of.operators} new operator{p.of.operators === 1 ? "" : "s"} with <Amount of={p.of.stake} /> {p.of.operators === 1 ? "" : "together"}
    </>
  ) : (
    <>no stake is enough: maxStake holds each operator down, and the lottery would decide</>
  );
}
