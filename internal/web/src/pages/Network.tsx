// The deployment: contracts, times and their inequalities, each set's parameters, and what an election would be with others.
import { type S, useGet } from "../api";
import { duration, utc } from "../clock";
import { currentSet } from "../router";
import { Account, Amount, Facts, Hash, Panel, zero } from "../parts/Bits";
import { usePages } from "../api";
import { Inequalities } from "../parts/Inequalities";
import { ParametersPanel } from "../parts/Parameters";
import { Simulator } from "../parts/Simulator";
import { Show, ShowList } from "../parts/States";
import { Table } from "../parts/Table";

export function NetworkPage() {
  const set = currentSet();
  const network = useGet<S["Network"]>("/v1/network");
  const here = useGet<S["Set"]>(`/v1/sets/${set}`);
  const vaults = usePages<S["Vault"]>(`/v1/sets/${set}/vaults`, 50);
  return (
    <>
      <h1>Network</h1>
      <Show of={network} lines={12}>
        {(n) => (
          <>
            <Contracts n={n} set={here.data} />
            <Panel title="Whether the times fit together">
              <p class="lead">Each of these keeps a stake slashable for as long as it can misbehave. Above is what is needed, term by term; below is what there is, to the same scale.</p>
              <Inequalities of={n.checks} name="Inequalities of the network" />
            </Panel>
          </>
        )}
      </Show>
      <Panel title="The same, vault by vault">
        <ShowList of={vaults} lines={4} empty="No vault is enrolled in this set.">
          {(items) => (
            <ul class="plain stack">
              {items.map((v) => (
                <VaultChecks key={v.vault} set={set} vault={v.vault} />
              ))}
            </ul>
          )}
        </ShowList>
      </Panel>
      <Show of={here} lines={8}>
        {(s) => <ParametersPanel of={s} />}
      </Show>
      <Simulator set={set} rules={here.data?.parameters} />
    </>
  );
}

function VaultChecks(p: { set: number; vault: string }) {
  const got = useGet<S["VaultDetail"]>(`/v1/sets/${p.set}/vaults/${p.vault}`, 60_000);
  const broken = got.data?.checks.filter((q) => !q.ok).length ?? 0;
  return (
    <li>
      <details open={broken > 0}>
        <summary>
          <code class="anywhere">{p.vault}</code> {got.data ? (broken ? <span class="short">{broken} broken</span> : `all ${got.data.checks.length} hold`) : "…"}
        </summary>
        <Show of={got} lines={2}>
          {(v) => <Inequalities of={v.checks} name={`Inequalities of vault ${p.vault}`} />}
        </Show>
      </details>
    </li>
  );
}

function Contracts(p: { n: S["Network"]; set: S["Set"] | undefined }) {
  const { n } = p;
  const t = n.times;
  const times: [string, number, string][] = [
    ["eraDuration", t.eraDuration, "length of an era"],
    ["electionLead", t.electionLead, "from the capture to the start"],
    ["setLifetime", t.setLifetime, "how long a set may sign without a successor"],
    ["challengeWindow", t.challengeWindow, "how long a proposal can be proven wrong"],
    ["detectionWindow", t.detectionWindow, "from the end of a lifetime to the last report"],
    ["requestWindow", t.requestWindow, "from then to the last request of a slash"],
    ["minVeto", t.minVeto, "shortest veto window of a vault"],
    ["executionWindow", t.executionWindow, "what is left for an execution"],
    ["maxVaultEpoch", t.maxVaultEpoch, "longest epoch of a vault"],
    ["notice", t.notice, "from an announcement to its first capture"],
    ["rewardDelay", t.rewardDelay, "from a commit of rewards to its activation"],
    ["signersWindow", t.signersWindow, "how long late signatures count"],
    ["finalityLag", t.finalityLag, "from a capture to the first seal"],
    ["inclusionMargin", t.inclusionMargin, "what a transaction may take to be in a block"],
  ];
  return (
    <div class="columns">
      <Panel title="Contracts">
        <Facts
          of={[
            ["Chain id", n.chainId],
            ["wVARA", <Hash of={n.contracts.token} what="token" />],
            ["Middleware (the network)", <Hash of={n.contracts.middleware} what="contract" />],
            ["Operators", <Hash of={n.contracts.operators} what="contract" />],
            ["Router", <Hash of={n.contracts.router} what="contract" />],
            ["Rewards", <Hash of={n.contracts.rewards} what="contract" />],
            ["Offences", <Hash of={n.contracts.offences} what="contract" />],
            ["Programs", <Hash of={n.contracts.programs} what="contract" />],
            ["Owner: announces parameters, cancels rewards that wait", <Account of={n.owner} />],
            ...(zero.test(n.pendingOwner) ? [] : ([["Named to follow as owner", <Account of={n.pendingOwner} />]] as [string, preact.JSX.Element][])),
            ["Resolver: can veto slashes", <Account of={n.resolver} />],
            ["Judge: says which side of a dispute is wrong", <Account of={n.judge} />],
            ["Burner: where slashed stake goes", <Account of={n.burner} />],
            ...(p.set
              ? ([
                  ["Operators claim at", <Hash of={p.set.rewardContracts.operators} what="contract" />],
                  ["Stakers claim at", <Hash of={p.set.rewardContracts.stakers} what="contract" />],
                ] as [string, preact.JSX.Element][])
              : []),
          ]}
        />
        <h3>Collaterals</h3>
        <Table
          name="Collaterals"
          rows={n.collaterals}
          id={(c) => c.token}
          columns={[
            { head: "Token", cell: (c) => <Hash of={c.token} what="collateral" /> },
            { head: "wVARA base units for one base unit", number: true, cell: (c) => <Amount of={c.weight} unit={{ name: "", decimals: 18 }} bare /> },
          ]}
        />
      </Panel>
      <Panel title="Times">
        <p class="faint">Genesis: {utc(t.genesis)}. All times are immutable.</p>
        <Table
          name="Times"
          rows={times}
          id={([name]) => name}
          columns={[
            { head: "Time", cell: ([name]) => <code>{name}</code> },
            { head: "What it is", cell: ([, , what]) => what },
            { head: "Length", number: true, cell: ([, s]) => <span title={`${s} s`}>{duration(s)}</span> },
          ]}
        />
      </Panel>
    </div>
  );
}
