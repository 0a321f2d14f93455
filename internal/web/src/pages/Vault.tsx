// One vault: behind whom it stands, what leaves it when, and whether its times fit.
import { WVARA, big } from "../amount";
import { duration } from "../clock";
import { type S, useGet } from "../api";
import { currentSet, href } from "../router";
import { Account, Amount, Badge, Facts, Hash, Operator, Panel, useUnit, VaultName, When } from "../parts/Bits";
import { Bars } from "../parts/Charts";
import { Inequalities } from "../parts/Inequalities";
import { Empty, Show } from "../parts/States";
import { Table } from "../parts/Table";
import { delegators } from "./Vaults";

export function VaultPage(p: { vault: string }) {
  const got = useGet<S["VaultDetail"]>(`/v1/sets/${currentSet()}/vaults/${encodeURIComponent(p.vault)}`);
  return (
    <>
      <p class="crumbs">
        <a href={href("vaults")}>Vaults</a>
      </p>
      <h1 class="address">
        <VaultName of={p.vault} whole plain />
      </h1>
      <Show of={got} lines={12}>
        {(v) => <Body v={v} />}
      </Show>
    </>
  );
}

function Body(p: { v: S["VaultDetail"] }) {
  const { v } = p;
  const unit = useUnit(v.collateral);
  const unlimited = big(v.networkLimit) >= 1n << 200n;
  return (
    <>
      <Panel title="Now" aside={<a class="button" href={`${href("staker")}${currentSet() ? "&" : "?"}vault=${p.v.vault}`}>Deposit or withdraw</a>}>
        <Facts
          class="wide"
          of={[
            ["Active: earns, can be slashed", <Amount of={v.active} unit={unit} />],
            ["Stakers", v.stakers],
            ["Limit for this set", unlimited ? "none" : <Amount of={v.networkLimit} unit={unit} />],
            ["Delegates to", delegators[v.delegatorType] ?? v.delegatorType],
            ["Collateral", <Hash of={v.collateral} what="collateral" />],
            ["One base unit counts as", <>{<Amount of={v.collateralWeight} unit={{ name: "wVARA base units", decimals: 18 }} />}</>],
            ["Delegator", <Hash of={v.delegator} what="delegator" />],
            ["Slasher", <Hash of={v.slasher} what="slasher" />],
            ["Who can veto", <Account of={v.resolver} />],
            ["Veto window", duration(v.vetoDuration)],
            ["Version", v.version],
          ]}
        />
      </Panel>
      <Panel title="Withdrawals">
        <p class="lead">
          Epoch {v.epoch} of {duration(v.epochDuration)} ends <When at={v.epochEnd} />. What is withdrawn now is free <When at={v.withdrawnFree} />; until then it can be slashed and earns nothing.
        </p>
        <Bars
          label="Active and freeing"
          unit={unit}
          counts="amount"
          cut=""
          bars={[
            { id: "active", name: "Active", counts: big(v.active), cut: 0n },
            { id: "this", name: <>Free at the end of this epoch, <When at={v.epochEnd} /></>, counts: big(v.freeingThisEpoch), cut: 0n },
            { id: "next", name: <>Free at the end of the next epoch, <When at={v.epochEnd + v.epochDuration} /></>, counts: big(v.freeingNextEpoch), cut: 0n },
          ]}
        />
      </Panel>
      <Panel title="Behind whom it stands">
        {v.operators.length === 0 ? (
          <Empty>Nobody. The vault's curator has delegated nothing to an operator of this set.</Empty>
        ) : (
          <Table
            name="Delegations"
            rows={v.operators}
            id={(d) => d.operator}
            columns={[
              { head: "Operator", cell: (d) => <Operator of={d.operator} />, by: (d) => d.operator },
              { head: "Stake", number: true, cell: (d) => <Amount of={d.stake} unit={unit} />, by: (d) => big(d.stake) },
              { head: "Counts", number: true, cell: (d) => <Amount of={d.counts} unit={WVARA} />, by: (d) => big(d.counts) },
              { head: "State", cell: (d) => (!d.linked ? <Badge tone="warn">not linked by the operator</Badge> : d.capped ? <Badge tone="warn">capped</Badge> : <Badge tone="good">counts</Badge>) },
            ]}
          />
        )}
      </Panel>
      <Panel title="Checks">
        <Inequalities of={v.checks} name="Checks of this vault" />
      </Panel>
    </>
  );
}
