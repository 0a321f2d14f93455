// What an account earned, and claiming what is left. One claim takes all eras.
import { useState } from "preact/hooks";
import { WVARA, big } from "../amount";
import { type S } from "../api";
import * as calls from "../calls";
import { href } from "../router";
import { Panel } from "./Bits";
import { Leaves } from "./Leaves";
import { useReady } from "./StakerForms";
import { TxDialog } from "./TxDialog";

export function StakerRewards(p: { of: S["Staker"]; mine: boolean }) {
  const { connected, ready, network } = useReady();
  // The leaf is kept as it was when the reader pressed: a new root meanwhile makes the claim fail, and it says so.
  const [leaf, set] = useState<S["Leaf"] | null>(null);
  return (
    <Panel title="Rewards" aside={<a href={href("rewards", p.of.account)}>Verify and explain</a>} testid="rewards">
      <Leaves
        of={p.of.rewards}
        none="Nothing was earned that is activated. Stake earns from its first captured era on; the commit follows after the era closed, and is activated after the reward delay."
        action={(l) =>
          p.mine ? (
            <button type="button" disabled={!ready || big(l.left) === 0n} onClick={() => set(l)} data-testid={`claim-${l.role}`}>
              {big(l.left) === 0n ? "Nothing to claim" : "Claim"}
            </button>
          ) : null
        }
      />
      {leaf && connected && network && (
        <TxDialog
          title={`Claim as ${leaf.role}`}
          wallet={connected}
          pays={big(leaf.left)}
          calls={[calls.claim(leaf.contract, connected.account, network.contracts.middleware, network.contracts.token, big(leaf.amount), big(leaf.left), leaf.proof, WVARA)]}
          onClose={() => set(null)}
        />
      )}
    </Panel>
  );
}
