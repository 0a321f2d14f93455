// What an account has in each vault, and its withdrawals with the moment they are free.
import { useState } from "preact/hooks";
import { big } from "../amount";
import { type S } from "../api";
import * as calls from "../calls";
import { type Call } from "../send";
import { Amount, Badge, Panel, useUnit, VaultName, When } from "./Bits";
import { Empty } from "./States";
import { useReady, WithdrawForm } from "./StakerForms";
import { TxDialog } from "./TxDialog";

export function Positions(p: { of: S["Staker"]; mine: boolean }) {
  return (
    <Panel title="In vaults" testid="positions">
      {p.of.positions.length === 0 ? (
        <Empty>Nothing in the vaults of this set. {p.mine ? "Deposit below." : ""}</Empty>
      ) : (
        <ul class="plain cards">
          {p.of.positions.map((x) => (
            <Position key={x.vault} of={x} mine={p.mine} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Position(p: { of: S["Position"]; mine: boolean }) {
  const unit = useUnit(p.of.collateral);
  const { connected, ready } = useReady();
  const [sending, send] = useState<Call[] | null>(null);
  return (
    <li class="position" data-testid="position">
      <div class="spread">
        <VaultName of={p.of.vault} />
        <span>
          <b data-testid="position-active">
            <Amount of={p.of.active} unit={unit} />
          </b>{" "}
          active
        </span>
      </div>
      {p.of.withdrawals.length > 0 && (
        <ul class="plain withdrawals" aria-label="Withdrawals">
          {p.of.withdrawals.map((w) => (
            <li key={w.epoch} class="spread" data-testid="withdrawal">
              <span>
                <Amount of={w.amount} unit={unit} /> <span class="faint">epoch {w.epoch}</span>
              </span>
              <span class="badges">
                {w.free ? (
                  <Badge tone="good">free</Badge>
                ) : (
                  <>
                    free <When at={w.freeAt} />
                  </>
                )}
                {p.mine && (
                  <button type="button" disabled={!ready || !w.free} data-testid="collect-go" onClick={() => connected && send([calls.collect(p.of.vault, connected.account, w.epoch, big(w.amount), unit)])}>
                    Collect
                  </button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {p.mine && <WithdrawForm position={p.of} />}
      {sending && connected && <TxDialog title="Collect" wallet={connected} calls={sending} onClose={() => send(null)} />}
    </li>
  );
}
