// A list of Executors that somebody posted: by whom, with which bond, and how long it can be proven wrong.
import { type S } from "../api";
import { useNow } from "../clock";
import { Account, Amount, Badge, Facts, Hash, When } from "./Bits";

export function Right(p: { of: boolean | undefined }) {
  if (p.of === undefined) {
    return <Badge tone="plain">not compared yet</Badge>;
  }
  return p.of ? <Badge tone="good">what this node elects</Badge> : <Badge tone="bad">not what this node elects</Badge>;
}

export function ProposalStatus(p: { of: S["Proposal"] }) {
  const t = useNow();
  const { status, challengeUntil } = p.of;
  if (status === "discarded") {
    return <Badge tone="bad">proven wrong</Badge>;
  }
  if (status === "released") {
    return <Badge tone="plain">bond released</Badge>;
  }
  return t !== null && t <= challengeUntil ? <Badge tone="info">can be challenged</Badge> : <Badge tone="good">stands</Badge>;
}

export function ProposalCard(p: { of: S["Proposal"] }) {
  const q = p.of;
  return (
    <Facts
      of={[
        ["Status", <ProposalStatus of={q} />],
        ["Compared", <Right of={q.right} />],
        ["Proposer", <Account of={q.proposer} />],
        ["Bond", <Amount of={q.bond} />],
        ["Challenge window ends", <When at={q.challengeUntil} />],
        ["Takes over", <When at={q.activeAt} />],
        ["Executors", q.executors],
        ["Total weight", <Amount of={q.total} />],
        ["Posted", <When at={q.postedAt} />],
        ["Transaction", <Hash of={q.transaction} what="transaction" />],
        ["Header", <Hash of={q.header} what="header hash" />],
      ]}
    />
  );
}
