// Reward commits and their roots, and an account's own leaf: checked here against the root, and explained sum by sum.
import { useState } from "preact/hooks";
import { big } from "../amount";
import { type S, usePages } from "../api";
import { currentSet, go } from "../router";
import { useWallet } from "../wallet";
import { Amount, Badge, Hash, Panel, When } from "../parts/Bits";
import { AccountForm } from "../parts/AccountForm";
import { ShowList } from "../parts/States";
import { Table } from "../parts/Table";
import { VerifyLeaf } from "../parts/VerifyLeaf";
import { EarningsPanel } from "../parts/Earnings";

export function RewardsPage(p: { account: string | undefined }) {
  const { connected } = useWallet();
  const account = p.account ?? connected?.account;
  const commits = usePages<S["Commit"]>(`/v1/sets/${currentSet()}/rewards`, 50);
  return (
    <>
      <h1>Rewards</h1>
      <Panel title="Commits">
        <ShowList of={commits} lines={8} empty="No rewards were committed yet. The first follows the first era that closed.">
          {(items) => <CommitTable rows={items} />}
        </ShowList>
      </Panel>
      <Panel title="Verify and explain" testid="verify">
        <p class="lead">
          Whether an account's amount is in a root is computed on this page, from the leaf and its proof. The node is not believed.
        </p>
        <AccountForm value={account ?? ""} onAccount={(a) => go("rewards", a)} id="verify-account" action="Verify" />
        {account && <VerifyLeaf key={account} account={account} commits={commits.items ?? []} />}
      </Panel>
      {account && <Explain key={account} account={account} commits={commits.items ?? []} />}
    </>
  );
}

function CommitTable(p: { rows: S["Commit"][] }) {
  return (
    <Table
      name="Reward commits"
      testid="commits"
      rows={p.rows}
      id={(c) => c.digest}
      columns={[
        { head: "Eras", number: true, cell: (c) => (c.fromEra === c.toEra ? c.toEra : `${c.fromEra}–${c.toEra}`), by: (c) => c.toEra },
        { head: "Status", cell: (c) => <CommitStatus of={c} />, by: (c) => c.status },
        { head: "Verified", cell: (c) => <Verified of={c} /> },
        { head: "To operators", number: true, unit: "wVARA", cell: (c) => <Amount of={c.operatorsAmount} bare />, by: (c) => big(c.operatorsAmount) },
        { head: "To stakers", number: true, unit: "wVARA", cell: (c) => <Amount of={c.stakersAmount} bare />, by: (c) => big(c.stakersAmount) },
        { head: "Operators' root", cell: (c) => <Hash of={c.operatorsRoot} what="root" /> },
        { head: "Stakers' root", cell: (c) => <Hash of={c.stakersRoot} what="root" /> },
        { head: "Committed", cell: (c) => <When at={c.committedAt} />, by: (c) => c.committedAt },
        { head: "Signed by era", number: true, cell: (c) => c.signedBy, by: (c) => c.signedBy },
        { head: "File", cell: (c) => (c.kept ? <a href={`/v1/rewards/${c.distribution}`} download>every leaf</a> : <span class="faint">not kept here</span>) },
      ]}
    />
  );
}

function CommitStatus(p: { of: S["Commit"] }) {
  const c = p.of;
  switch (c.status) {
    case "activated":
      return <Badge tone="good">activated</Badge>;
    case "cancelled":
      return <Badge tone="bad">cancelled</Badge>;
    default:
      return (
        <span>
          <Badge tone="info">waiting</Badge> can be activated <When at={c.activatableAt} />
        </span>
      );
  }
}

function Verified(p: { of: S["Commit"] }) {
  if (p.of.verified === undefined) {
    return <Badge tone="plain">not computed yet</Badge>;
  }
  return p.of.verified ? <Badge tone="good">what this node computed</Badge> : <Badge tone="bad">not what this node computed</Badge>;
}

function Explain(p: { account: string; commits: S["Commit"][] }) {
  const [era, set] = useState("");
  return (
    <Panel
      title="Where the amount comes from"
      aside={
        <label>
          Commit{" "}
          <select value={era} onChange={(e) => set(e.currentTarget.value)} data-testid="earnings-era">
            <option value="">the last</option>
            {p.commits.map((c) => (
              <option key={c.digest} value={String(c.toEra)}>
                {c.fromEra === c.toEra ? `era ${c.toEra}` : `eras ${c.fromEra}–${c.toEra}`}
              </option>
            ))}
          </select>
        </label>
      }
    >
      <EarningsPanel account={p.account} era={era} />
    </Panel>
  );
}
