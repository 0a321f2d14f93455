// What an operator can expect if nobody does anything: elections, pay, yield; and until when what it had can be slashed.
import { useState } from "preact/hooks";
import { WVARA, big, parse, percent } from "../amount";
import { type S, useGet } from "../api";
import { Amount, Badge, Facts, Operator, Panel, ReasonWords, VaultName, When } from "./Bits";
import { toneOfReason } from "./Candidates";
import { HaveNeed } from "./Charts";
import { Empty, Show } from "./States";
import { Table } from "./Table";

type Suppose = { eras: string; stake: string; commission: string; performance: string };
const nothing: Suppose = { eras: "", stake: "", commission: "", performance: "" };

/** Basis points of a percentage that was typed, exactly: 5, 7.25. */
function bpsOf(text: string): number | null {
  const m = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim());
  const n = m ? Number(m[1]) * 100 + Number((m[2] ?? "").padEnd(2, "0")) : 10_001;
  return n <= 10_000 ? n : null;
}

function question(f: Suppose): { query: string } | { error: string } {
  const q = new URLSearchParams();
  if (f.eras.trim()) {
    if (!/^\d{1,3}$/.test(f.eras.trim()) || Number(f.eras) < 1 || Number(f.eras) > 32) {
      return { error: "Eras: a number from 1 to 32." };
    }
    q.set("eras", f.eras.trim());
  }
  if (f.stake.trim()) {
    const parsed = parse(f.stake, WVARA);
    if ("error" in parsed) {
      return { error: `Stake: ${parsed.error}` };
    }
    q.set("stake", parsed.amount.toString());
  }
  for (const key of ["commission", "performance"] as const) {
    if (f[key].trim()) {
      const n = bpsOf(f[key]);
      if (n === null) {
        return { error: `${key === "commission" ? "Commission" : "Certificates signed"}: a percentage from 0 to 100, with two decimals at most.` };
      }
      q.set(key, String(n));
    }
  }
  return { query: q.toString() };
}

export function Forecast(p: { set: number; operator: string }) {
  const [form, set] = useState(nothing);
  const [query, ask] = useState("");
  const [error, setError] = useState("");
  const got = useGet<S["Forecast"]>(`/v1/sets/${p.set}/operators/${p.operator}/forecast${query ? `?${query}` : ""}`);
  const field = (key: keyof Suppose, label: string) => (
    <div class="field">
      <label for={`forecast-${key}`}>{label}</label>
      <input id={`forecast-${key}`} data-testid={`forecast-${key}`} inputMode="decimal" autocomplete="off" value={form[key]} onInput={(e) => set({ ...form, [key]: e.currentTarget.value })} />
    </div>
  );
  const submit = (e: Event) => {
    e.preventDefault();
    const q = question(form);
    setError("error" in q ? q.error : "");
    if ("query" in q) {
      ask(q.query);
    }
  };
  return (
    <Panel title={query ? "Forecast, supposing what is entered" : "Forecast, if nobody does anything"} testid="forecast">
      <Show of={got} lines={8}>
        {(f) => <Body f={f} />}
      </Show>
      <details>
        <summary>Suppose something else</summary>
        <form onSubmit={submit}>
          <div class="fields">
            {field("eras", "Eras to look ahead")}
            {field("stake", "Its stake, wVARA")}
            {field("commission", "Its commission, %")}
            {field("performance", "Certificates that each Executor signs, %")}
          </div>
          <p class="actions">
            <button type="submit" class="primary" data-testid="forecast-go">
              Suppose
            </button>
            <button
              type="button"
              onClick={() => {
                set(nothing);
                ask("");
                setError("");
              }}
            >
              As it is
            </button>
          </p>
          {error && (
            <p class="wrong" role="alert">
              {error}
            </p>
          )}
        </form>
      </details>
    </Panel>
  );
}

/** Basis points that may be beyond any number. */
function Yield(p: { of: string }) {
  const n = big(p.of);
  return <>{n > 10_000_000n ? "more than 100,000 %" : percent(Number(n))} a year</>;
}

function Body(p: { f: S["Forecast"] }) {
  const { f } = p;
  const next = f.eras[0];
  return (
    <>
      <p class="lead">
        {next?.elected && f.fallsOut ? (
          <>
            <Badge tone="bad">falls out</Badge> From era {f.sureBefore} on its seat is lost, or the lottery decides.
          </>
        ) : next?.elected ? (
          <>
            <Badge tone="good">sure of a seat</Badge> up to the last era that was looked at, era {f.sureBefore - 1}.
          </>
        ) : (
          <>
            <Badge tone="warn">no sure seat</Badge> in the next election.
          </>
        )}
        {f.announcedLater ? (
          <>
            {" "}
            Something is announced for later: <When at={f.announcedLater} />.
          </>
        ) : null}
      </p>
      <Facts
        class="wide"
        of={[
          ["Its commission in all of them", <Amount of={f.commission} />],
          ["Stakers behind it earn", <Amount of={f.stakers} />],
          ["Of that to its own deposits", <Amount of={f.ownDeposits} />],
          ["Yield of the stakers", <Yield of={f.stakersYieldBps} />],
          ["Yield of its commission", <Yield of={f.operatorYieldBps} />],
          ["Eras in a year", f.erasPerYear.toLocaleString("en-US")],
          ["Batches in the last era", f.batchesLastEra === 0 ? <span class="short">none: an era without pays nothing</span> : f.batchesLastEra],
          ["Free pot", <Amount of={f.freePot} />],
          ["The pot is short", f.potShortIn === undefined ? "not within a year" : <span class="short">in era {f.potShortIn}</span>],
        ]}
      />
      <Eras rows={f.eras} />
      <h3>Can still be slashed for</h3>
      {f.slashable.length === 0 ? (
        <Empty>Nothing: it was in no set of which an offence can still be reported.</Empty>
      ) : (
        <Table
          name="Eras for which it can be slashed"
          rows={f.slashable}
          id={(x) => String(x.era)}
          columns={[
            { head: "Era", number: true, cell: (x) => x.era, by: (x) => x.era },
            { head: "Slashable", number: true, unit: "wVARA", cell: (x) => <Amount of={x.slashable} bare />, by: (x) => big(x.slashable) },
            { head: "Offences reported until", cell: (x) => <When at={x.reportBy} />, by: (x) => x.reportBy },
            { head: "Slashes requested until", cell: (x) => <When at={x.requestBy} />, by: (x) => x.requestBy },
          ]}
        />
      )}
    </>
  );
}

function Eras(p: { rows: S["ForecastEra"][] }) {
  return (
    <Table
      name="Eras to come"
      rows={p.rows}
      id={(e) => String(e.era)}
      tone={(e) => (e.elected ? "in" : "outside")}
      columns={[
        { head: "Era", number: true, cell: (e) => e.era, by: (e) => e.era },
        { head: "Capture", cell: (e) => <When at={e.capture} />, by: (e) => e.capture },
        { head: "Result", cell: (e) => <ReasonWords noun="election" code={e.reason} tone={toneOfReason(e.elected, e.reason)} /> },
        { head: "Rank", number: true, cell: (e) => (e.rank ? (e.worstRank && e.worstRank !== e.rank ? `${e.rank}–${e.worstRank}` : e.rank) : "–") },
        { head: "Stake and need", cell: (e) => <HaveNeed have={big(e.stake)} need={big(e.needed)} ok={e.elected} label={`Stake against what is needed for era ${e.era}`} /> },
        { head: "Stake", number: true, unit: "wVARA", cell: (e) => <Amount of={e.stake} bare /> },
        { head: "Margin", number: true, unit: "wVARA", cell: (e) => (big(e.short) > 0n ? <span class="short"><Amount of={e.short} bare /> short</span> : <span class="spare"><Amount of={e.spare} bare /> spare</span>) },
        { head: "Commission", number: true, unit: "wVARA", cell: (e) => <Amount of={e.commission} bare /> },
        { head: "To stakers", number: true, unit: "wVARA", cell: (e) => <Amount of={e.stakers} bare /> },
        { head: "What changes", cell: (e) => <Changes of={e.changes} /> },
      ]}
    />
  );
}

function Changes(p: { of: S["ForecastChange"][] }) {
  if (p.of.length === 0) {
    return <span class="faint">nothing</span>;
  }
  return (
    <ul class="plain">
      {p.of.map((c, i) => (
        <li key={i}>
          {c.text} {c.operator && <Operator of={c.operator} />} {c.vault && <VaultName of={c.vault} />}
        </li>
      ))}
    </ul>
  );
}
