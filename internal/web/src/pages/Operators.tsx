// All operators of the set, as the next capture would see them.
import { useState } from "preact/hooks";
import { big, percent } from "../amount";
import { type S, usePages } from "../api";
import { useNow } from "../clock";
import { currentSet } from "../router";
import { Amount, Badge, Operator, Panel, ReasonWords, When } from "../parts/Bits";
import { toneOfReason } from "../parts/Candidates";
import { Empty, ShowList } from "../parts/States";
import { Table } from "../parts/Table";

export function OperatorsPage() {
  const list = usePages<S["Operator"]>(`/v1/sets/${currentSet()}/operators`, 200);
  const [filter, set] = useState("");
  const wanted = filter.trim().toLowerCase();
  return (
    <>
      <h1>Operators</h1>
      <Panel title="As the next capture would see them" aside={<Filter value={filter} onValue={set} what="operators" />}>
        <ShowList of={list} lines={8} empty="No operator has registered in this set. docs/operator.md says how to become one.">
          {(items) => {
            const rows = items.filter((o) => `${o.operator} ${o.endpoint} ${o.reason}`.toLowerCase().includes(wanted));
            return rows.length === 0 ? <Empty>No operator has “{filter}” in its address, endpoint or reason. Clear the filter to see all {items.length}.</Empty> : <OperatorTable rows={rows} />;
          }}
        </ShowList>
      </Panel>
    </>
  );
}

export function Filter(p: { value: string; onValue: (text: string) => void; what: string }) {
  return <input type="search" placeholder="Filter" aria-label={`Filter ${p.what}`} data-testid="filter" value={p.value} onInput={(e) => p.onValue(e.currentTarget.value)} />;
}

const last = Number.MAX_SAFE_INTEGER;

function OperatorTable(p: { rows: S["Operator"][] }) {
  return (
    <Table
      name="Operators"
      testid="operators"
      rows={p.rows}
      id={(o) => o.operator}
      first={{ column: 0, down: false }}
      tone={(o) => (o.elected ? "in" : "outside")}
      columns={[
        { head: "Rank", number: true, cell: (o) => o.rank || <span class="faint">–</span>, by: (o) => o.rank || last },
        { head: "Operator", cell: (o) => <Operator of={o.operator} />, by: (o) => o.operator },
        { head: "Now", cell: (o) => <OperatorState of={o} />, by: (o) => (o.active ? 0 : 1) },
        { head: "Next election", cell: (o) => <ReasonWords noun="election" code={o.reason} tone={toneOfReason(o.elected, o.reason)} />, by: (o) => o.reason },
        { head: "Stake", number: true, unit: "wVARA", cell: (o) => <Amount of={o.stake} bare />, by: (o) => big(o.stake) },
        { head: "Weight", number: true, unit: "wVARA", cell: (o) => <Amount of={o.weight} bare />, by: (o) => big(o.weight) },
        { head: "Commission", number: true, cell: (o) => percent(o.commissionBps), by: (o) => o.commissionBps },
        { head: "Vaults", number: true, cell: (o) => o.vaults, by: (o) => o.vaults },
      ]}
    />
  );
}

export function OperatorState(p: { of: S["Operator"] }) {
  const t = useNow();
  const o = p.of;
  const jailed = o.jailedUntil !== undefined && t !== null && o.jailedUntil > t;
  return (
    <span class="badges">
      {o.active ? <Badge tone="good">Executor</Badge> : <Badge tone="plain">not in office</Badge>}
      {jailed && <Badge tone="bad">jailed, free <When at={o.jailedUntil} /></Badge>}
      {o.paused && <Badge tone="warn">paused</Badge>}
      {!o.registered && <Badge tone="warn">not registered</Badge>}
    </span>
  );
}
