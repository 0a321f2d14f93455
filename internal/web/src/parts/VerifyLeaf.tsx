// An account's leaf, hashed up to a root on this page and compared with the root on chain.
import { useEffect, useState } from "preact/hooks";
import { type Hex } from "viem";
import * as abi from "../abi";
import { WVARA, big, exact } from "../amount";
import { type S, useGet } from "../api";
import { currentSet } from "../router";
import { explain } from "../send";
import { leafOf, rootOf, sameHash } from "../merkle";
import { clients, useWallet } from "../wallet";
import { Badge, Facts, Hash } from "./Bits";
import { Empty, Show } from "./States";

export function VerifyLeaf(p: { account: string; commits: S["Commit"][] }) {
  const got = useGet<S["Staker"]>(`/v1/sets/${currentSet()}/stakers/${p.account}`);
  return (
    <Show of={got} lines={4}>
      {(s) =>
        s.rewards.length === 0 ? (
          <Empty>This account has no leaf in an activated root: it has earned nothing yet, or what it earned waits for its activation.</Empty>
        ) : (
          <div class="columns">
            {s.rewards.map((l) => (
              <One key={l.role} account={p.account} leaf={l} commits={p.commits} />
            ))}
          </div>
        )
      }
    </Show>
  );
}

function One(p: { account: string; leaf: S["Leaf"]; commits: S["Commit"][] }) {
  const { leaf: l } = p;
  const network = useGet<S["Network"]>("/v1/network");
  const { connected } = useWallet();
  const [read, set] = useState<{ root?: string; why?: string }>({});
  const n = network.data;
  const sameChain = connected !== null && n !== undefined && connected.chainId === n.chainId;
  useEffect(() => {
    let gone = false;
    set({});
    if (connected && n && sameChain) {
      clients(connected)
        .read.readContract({ address: l.contract as Hex, abi: abi.rewards, functionName: "root", args: [n.contracts.middleware as Hex, n.contracts.token as Hex] })
        .then((root) => gone || set({ root }))
        .catch((err: unknown) => gone || set({ why: explain(err) }));
    }
    return () => {
      gone = true;
    };
  }, [connected?.wallet.info.uuid, connected?.chainId, l.contract, l.root, n?.chainId]);
  let computed: string;
  try {
    computed = rootOf(leafOf(p.account.toLowerCase() as Hex, big(l.amount)), l.proof as Hex[]);
  } catch {
    computed = "0x";
  }
  const commit = p.commits.find((c) => c.status === "activated" && sameHash(l.role === "operator" ? c.operatorsRoot : c.stakersRoot, computed));
  const against = read.root;
  const ok = sameHash(computed, against ?? l.root);
  return (
    <div data-testid={`verify-${l.role}`}>
      <h3>
        As {l.role} {ok ? <Badge tone="good" testid={`verify-${l.role}-ok`}>in the root</Badge> : <Badge tone="bad" testid={`verify-${l.role}-wrong`}>not in the root</Badge>}
      </h3>
      <p>
        {exact(big(l.amount), WVARA)} wVARA, with {l.proof.length === 1 ? "one hash" : `${l.proof.length} hashes`} of proof, {ok ? "leads to" : "does not lead to"}{" "}
        {against ? "the root that your wallet read from the reward contract." : "the root that the node says is on chain."}
      </p>
      <Facts
        of={[
          ["Computed here", <Hash of={computed} what="computed root" />],
          ["Compared with", <Hash of={against ?? l.root} what="root" />],
          ["Read by", against ? "your wallet, from the reward contract" : "the node; connect a wallet to read the contract without it"],
          ["Commit with this root", commit ? `era ${commit.toEra}, activated` : "none of those above"],
        ]}
      />
      {!ok && against && sameHash(computed, l.root) && (
        <p>It leads to the root that the node named, and the contract has another one. If a root was activated just now, the node's next answer has the proof for it; if this stays, the node is wrong.</p>
      )}
      {read.why && <p class="wrong">Your wallet could not read the root: {read.why}</p>}
    </div>
  );
}
