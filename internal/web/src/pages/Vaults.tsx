// The vaults that are enrolled for the set.
import { useState } from "preact/hooks";
import { big } from "../amount";
import { duration } from "../clock";
import { type S, usePages } from "../api";
import { currentSet } from "../router";
import { Account, Amount, Panel, useUnit, VaultName, When } from "../parts/Bits";
import { Empty, ShowList } from "../parts/States";
import { Table } from "../parts/Table";
import { Filter } from "./Operators";

export const delegators: Record<S["Vault"]["delegatorType"], string> = {
  network_restake: "shares among operators",
  full_restake: "whole for each operator",
  operator_specific: "one operator",
  operator_network_specific: "one operator, this network",
};

export function VaultsPage() {
  const list = usePages<S["Vault"]>(`/v1/sets/${currentSet()}/vaults`, 200);
  const [filter, set] = useState("");
  const wanted = filter.trim().toLowerCase();
  return (
    <>
      <h1>Vaults</h1>
      <Panel title="Enrolled in this set" aside={<Filter value={filter} onValue={set} what="vaults" />}>
        <ShowList of={list} lines={8} empty="No vault is enrolled in this set. Whoever answers for a vault enrols it.">
          {(items) => {
            const rows = items.filter((v) => `${v.vault} ${v.collateral} ${v.delegatorType}`.toLowerCase().includes(wanted));
            return rows.length === 0 ? <Empty>No vault has “{filter}” in its address or collateral. Clear the filter to see all {items.length}.</Empty> : <VaultTable rows={rows} />;
          }}
        </ShowList>
      </Panel>
    </>
  );
}

function Of(p: { v: S["Vault"]; amount: string }) {
  return <Amount of={p.amount} unit={useUnit(p.v.collateral)} />;
}

function VaultTable(p: { rows: S["Vault"][] }) {
  return (
    <Table
      name="Vaults"
      testid="vaults"
      rows={p.rows}
      id={(v) => v.vault}
      columns={[
        { head: "Vault", cell: (v) => <VaultName of={v.vault} />, by: (v) => v.vault },
        { head: "Active", number: true, cell: (v) => <Of v={v} amount={v.active} />, by: (v) => big(v.active) },
        { head: "Freeing", number: true, cell: (v) => <Of v={v} amount={String(big(v.freeingThisEpoch) + big(v.freeingNextEpoch))} />, by: (v) => big(v.freeingThisEpoch) + big(v.freeingNextEpoch) },
        { head: "Stakers", number: true, cell: (v) => v.stakers, by: (v) => v.stakers },
        { head: "Delegates to", cell: (v) => delegators[v.delegatorType] ?? v.delegatorType, by: (v) => v.delegatorType },
        { head: "Epoch ends", cell: (v) => <When at={v.epochEnd} />, by: (v) => v.epochEnd },
        { head: "Epoch", number: true, cell: (v) => duration(v.epochDuration), by: (v) => v.epochDuration },
        { head: "Veto", number: true, cell: (v) => duration(v.vetoDuration), by: (v) => v.vetoDuration },
        { head: "Can veto", cell: (v) => <Account of={v.resolver} />, by: (v) => v.resolver },
      ]}
    />
  );
}
