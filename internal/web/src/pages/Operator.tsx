// One operator: why it is in or out, what it needs, what stands behind it, what it did, earned and lost.
import { WVARA, big, percent } from "../amount";
import { type S, useGet, usePages } from "../api";
import { currentSet, href } from "../router";
import { Amount, Badge, Facts, Hash, Operator, Panel, VaultName, When } from "../parts/Bits";
import { toneOfReason } from "../parts/Candidates";
import { Bars, HaveNeed, WeightChart } from "../parts/Charts";
import { Forecast } from "../parts/Forecast";
import { Leaves } from "../parts/Leaves";
import { Empty, Show, ShowList } from "../parts/States";
import { SlashTable } from "../parts/SlashTable";
import { Table } from "../parts/Table";
import { ReasonWords } from "../parts/Bits";
import { OperatorState } from "./Operators";

export function OperatorPage(p: { operator: string }) {
  const set = currentSet();
  const got = useGet<S["OperatorDetail"]>(`/v1/sets/${set}/operators/${encodeURIComponent(p.operator)}`);
  return (
    <>
      <p class="crumbs">
        <a href={href("operators")}>Operators</a>
      </p>
      <h1 class="address">
        <Operator of={p.operator} whole plain />
      </h1>
      <Show of={got} lines={12}>
        {(o) => <Body o={o} set={set} />}
      </Show>
    </>
  );
}

function Body(p: { o: S["OperatorDetail"]; set: number }) {
  const { o } = p;
  return (
    <>
      <Panel title="Now" aside={<OperatorState of={o} />}>
        <Facts
          class="wide"
          of={[
            ["Stake", <Amount of={o.stake} />],
            ["Weight", <Amount of={o.weight} />],
            ["Commission", percent(o.commissionBps)],
            ["Vaults linked", `${o.vaults} of 16`],
            ["Endpoint", o.endpoint ? <span class="anywhere">{o.endpoint}</span> : <span class="faint">none was written</span>],
            ["BLS key's hash", <Hash of={o.keyHash} what="key hash" none="no key" />],
            ...(o.jailedUntil ? [["Last jailed until", <When at={o.jailedUntil} />] as [string, preact.JSX.Element]] : []),
          ]}
        />
      </Panel>
      <Needs of={o.next} />
      <Forecast key={o.operator} set={p.set} operator={o.operator} />
      <HistoryPanel set={p.set} operator={o.operator} />
      <StakePanel of={o.next} />
      <Panel title="Rewards" aside={<a href={href("rewards", o.operator)}>Verify and explain</a>}>
        <Leaves of={o.rewards} none="It has earned nothing that is activated. Rewards count once their commit is activated." />
      </Panel>
      <Panel title="Slash cases">
        {o.slashes.length === 0 ? <Empty>None. No offence of this operator was ever proven.</Empty> : <SlashTable rows={o.slashes} />}
      </Panel>
    </>
  );
}

/** Have, need, and by when. */
export function Needs(p: { of: S["Explanation"] }) {
  const n = p.of;
  const [have, need] = [big(n.stake), big(n.margin.needed)];
  const room = big(n.margin.room);
  return (
    <Panel
      title={n.election.captured ? `Election of era ${n.election.era}` : `What it needs for era ${n.election.era}`}
      aside={<ReasonWords noun="election" code={n.reason} tone={toneOfReason(n.elected, n.reason)} text={n.text} />}
      testid="needs"
    >
      <p class="lead">{n.long}</p>
      <HaveNeed have={have} need={need} ok={n.elected} label="Stake that it has, against the stake with which a seat is certain" />
      <Facts
        class="wide"
        of={[
          ["Has", <Amount of={have} />],
          [n.margin.contested ? "Needs, for a ticket in the lottery" : "Needs, for a certain seat", <Amount of={need} />],
          n.elected ? ["Spare", <Amount of={n.margin.spare} />] : ["Short", <Amount of={n.margin.short} />],
          [n.election.captured ? "Capture was" : "By", <When at={n.election.capture} />],
          ["More that can count in its vaults", <>{<Amount of={room} />}{big(n.margin.short) > room && " – not enough: link another vault"}</>],
          ["Free slots for vaults", n.margin.freeSlots],
          ...(n.lastSeat ? ([["Last seat has", <><Operator of={n.lastSeat.operator} /> with <Amount of={n.lastSeat.weight} /></>]] as [string, preact.JSX.Element][]) : []),
        ]}
      />
    </Panel>
  );
}

export function StakePanel(p: { of: S["Explanation"] }) {
  const vaults = p.of.vaults;
  return (
    <Panel title="Stake by vault">
      {vaults.length === 0 ? (
        <Empty>It has linked no vault, so it has no stake. Link one with roster operator link.</Empty>
      ) : (
        <>
          <Bars
            label="What each vault adds"
            unit={WVARA}
            counts="counts"
            cut="cut by maxVaultStake"
            bars={vaults.map((v) => {
              const [stake, counts] = [big(v.stake), big(v.counts)];
              return {
                id: v.vault,
                name: <VaultName of={v.vault} />,
                counts,
                cut: v.capped && stake > counts ? stake - counts : 0n,
                note: !v.readable ? <Badge tone="bad">cannot be read, counts nothing</Badge> : v.capped ? <Badge tone="warn">capped</Badge> : undefined,
              };
            })}
          />
          <p class="faint">
            {vaults.length} of 16 slots used. Together <Amount of={p.of.stake} /> count.
          </p>
        </>
      )}
    </Panel>
  );
}

function HistoryPanel(p: { set: number; operator: string }) {
  const list = usePages<S["HistoryEra"]>(`/v1/sets/${p.set}/operators/${p.operator}/history`, 20);
  return (
    <Panel title="In or out, era by era">
      <ShowList of={list} lines={10} empty="No election is known since it registered. The first one appears after the next capture.">
        {(items) => (
          <>
            <WeightChart
              unit={WVARA}
              points={items.map((h) => ({ era: h.era, weight: big(h.weight), stake: big(h.stake), cutOff: h.lastWeight === undefined ? undefined : big(h.lastWeight), elected: h.elected }))}
            />
            <HistoryTable rows={items} operator={p.operator} />
          </>
        )}
      </ShowList>
    </Panel>
  );
}

function HistoryTable(p: { rows: S["HistoryEra"][]; operator: string }) {
  return (
    <Table
      name="Eras of this operator"
      rows={p.rows}
      id={(h) => String(h.era)}
      tone={(h) => (h.elected ? "in" : "outside")}
      columns={[
        { head: "Era", number: true, cell: (h) => <a href={href("elections", h.era)}>{h.era}</a>, by: (h) => h.era },
        { head: "Result", cell: (h) => <a class="quiet" href={href("elections", h.era, p.operator)}><ReasonWords noun="election" code={h.reason} tone={toneOfReason(h.elected, h.reason)} /></a>, by: (h) => h.reason },
        { head: "Rank", number: true, cell: (h) => h.rank || "–", by: (h) => h.rank ?? Number.MAX_SAFE_INTEGER },
        { head: "Stake", number: true, unit: "wVARA", cell: (h) => <Amount of={h.stake} bare />, by: (h) => big(h.stake) },
        { head: "Weight", number: true, unit: "wVARA", cell: (h) => <Amount of={h.weight} bare />, by: (h) => big(h.weight) },
        { head: "Last seat", number: true, unit: "wVARA", cell: (h) => (h.lastWeight === undefined ? "–" : <Amount of={h.lastWeight} bare />), by: (h) => big(h.lastWeight) },
        { head: "Certificates signed", number: true, cell: (h) => <Participation signed={h.signed} of={h.certificates} elected={h.elected} />, by: (h) => (h.certificates ? h.signed / h.certificates : -1) },
      ]}
    />
  );
}

function Participation(p: { signed: number; of: number; elected: boolean }) {
  if (!p.elected) {
    return <span class="faint">–</span>;
  }
  if (p.of === 0) {
    return <span class="faint">none in the era</span>;
  }
  const part = Math.floor((p.signed * 10_000) / p.of);
  return (
    <span class={part < 5000 ? "short" : ""}>
      {p.signed} of {p.of} ({percent(part)})
    </span>
  );
}
