// Past elections, and the lists that were posted for them.
import { big } from "../amount";
import { type S, usePages } from "../api";
import { currentSet, href } from "../router";
import { Account, Amount, Badge, Panel, When } from "../parts/Bits";
import { ProposalStatus, Right } from "../parts/ProposalCard";
import { ShowList } from "../parts/States";
import { Table } from "../parts/Table";

const onChain: Record<S["ElectionSummary"]["onChain"], { words: string; tone: "good" | "bad" | "plain" }> = {
  this: { words: "this result stands", tone: "good" },
  another: { words: "another result stands", tone: "bad" },
  none: { words: "no list stands", tone: "plain" },
};

export function OnChain(p: { of: S["ElectionSummary"] }) {
  const o = onChain[p.of.onChain];
  return <Badge tone={o?.tone ?? "plain"}>{o?.words ?? p.of.onChain}</Badge>;
}

export function ElectionsPage() {
  const set = currentSet();
  const elections = usePages<S["ElectionSummary"]>(`/v1/sets/${set}/elections`, 50);
  const proposals = usePages<S["Proposal"]>(`/v1/sets/${set}/proposals`, 50);
  return (
    <>
      <h1>Elections</h1>
      <Panel title="By era" aside={<a href={href("elections", "next")}>The next one, as it would be now</a>}>
        <ShowList of={elections} lines={8} empty="No election is known yet. The first follows the first capture.">
          {(items) => (
            <Table
              name="Elections"
              testid="elections"
              rows={items}
              id={(e) => String(e.era)}
              columns={[
                { head: "Era", number: true, cell: (e) => <a href={href("elections", e.era)}>{e.era}</a>, by: (e) => e.era },
                { head: "Capture", cell: (e) => <When at={e.capture} />, by: (e) => e.capture },
                { head: "On chain", cell: (e) => <OnChain of={e} />, by: (e) => e.onChain },
                { head: "Executors", number: true, cell: (e) => `${e.executors} of ${e.seats}`, by: (e) => e.executors },
                { head: "Total weight", number: true, unit: "wVARA", cell: (e) => <Amount of={e.total} bare />, by: (e) => big(e.total) },
                { head: "Last seat", number: true, unit: "wVARA", cell: (e) => (e.lastWeight === undefined ? "–" : <Amount of={e.lastWeight} bare />), by: (e) => big(e.lastWeight) },
                { head: "Joined", number: true, cell: (e) => e.joined, by: (e) => e.joined },
                { head: "Left", number: true, cell: (e) => e.left, by: (e) => e.left },
              ]}
            />
          )}
        </ShowList>
      </Panel>
      <Panel title="Proposals and challenges">
        <ShowList of={proposals} lines={6} empty="No list was posted yet. Anyone may post one once an era is sealable.">
          {(items) => (
            <Table
              name="Proposals"
              testid="proposals"
              rows={items}
              id={(q) => q.transaction + q.header + q.era}
              columns={[
                { head: "Era", number: true, cell: (q) => <a href={href("elections", q.era)}>{q.era}</a>, by: (q) => q.era },
                { head: "Posted", cell: (q) => <When at={q.postedAt} />, by: (q) => q.postedAt },
                { head: "Proposer", cell: (q) => <Account of={q.proposer} />, by: (q) => q.proposer },
                { head: "Bond", number: true, unit: "wVARA", cell: (q) => <Amount of={q.bond} bare />, by: (q) => big(q.bond) },
                { head: "Status", cell: (q) => <ProposalStatus of={q} />, by: (q) => q.status },
                { head: "Compared", cell: (q) => <Right of={q.right} /> },
                { head: "Challenge window ends", cell: (q) => <When at={q.challengeUntil} />, by: (q) => q.challengeUntil },
                { head: "Executors", number: true, cell: (q) => q.executors, by: (q) => q.executors },
              ]}
            />
          )}
        </ShowList>
        <p class="faint">A list that was proven wrong lost its bond: half went to the challenger, half to the pot.</p>
      </Panel>
    </>
  );
}
