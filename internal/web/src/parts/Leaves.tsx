// What an account earned, claimed, and can still claim, in each role.
import { WVARA, big } from "../amount";
import { type S } from "../api";
import { type ComponentChildren } from "preact";
import { Amount, Hash } from "./Bits";
import { HaveNeed } from "./Charts";
import { Empty } from "./States";

export function Leaves(p: { of: S["Leaf"][]; none: ComponentChildren; action?: (leaf: S["Leaf"]) => ComponentChildren }) {
  if (p.of.length === 0) {
    return <Empty>{p.none}</Empty>;
  }
  return (
    <ul class="plain stack leaves">
      {p.of.map((l) => (
        <li key={l.role + l.contract} data-testid={`leaf-${l.role}`}>
          <div class="spread">
            <strong>As {l.role}</strong>
            {p.action?.(l)}
          </div>
          <div class="figures small">
            <div>
              <span class="faint">Earned, all eras</span> <Amount of={l.amount} unit={WVARA} />
            </div>
            <div>
              <span class="faint">Claimed</span> <Amount of={l.claimed} />
            </div>
            <div>
              <span class="faint">Left, what a claim pays</span> <b data-testid={`left-${l.role}`}><Amount of={l.left} /></b>
            </div>
          </div>
          <HaveNeed have={big(l.claimed)} need={big(l.amount)} ok label={`Claimed of what was earned as ${l.role}`} />
          <p class="faint">
            Claimed at <Hash of={l.contract} what="reward contract" />, root <Hash of={l.root} what="root" />
          </p>
        </li>
      ))}
    </ul>
  );
}
