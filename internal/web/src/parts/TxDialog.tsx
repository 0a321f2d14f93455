// From a call to a final transaction: what will be called, what it costs, whether it would fail, and how far it is.
import { useEffect, useState } from "preact/hooks";
import { type Hex } from "viem";
import { refresh } from "../api";
import { ETH, WVARA, exact } from "../amount";
import { useNewest } from "../clock";
import { type Call, type Mined, type Seen, breakEven, explain, look, mined, send } from "../send";
import { type Connected } from "../wallet";
import { Facts, Hash } from "./Bits";
import { Dialog } from "./Dialog";

type State =
  | { at: "looking" }
  | { at: "refused"; why: string }
  | { at: "ready"; seen: Seen; note?: string }
  | { at: "asking"; seen: Seen }
  | { at: "pending"; hash: Hex }
  | { at: "mined"; mined: Mined }
  | { at: "failed"; why: string; hash?: Hex };

/** Sends calls one after the other, each looked at when its turn comes. pays is what a claim brings, base units of wVARA. */
export function TxDialog(p: { title: string; wallet: Connected; calls: Call[]; pays?: bigint; onClose: () => void }) {
  const [turn, setTurn] = useState(0);
  const [state, set] = useState<State>({ at: "looking" });
  const newest = useNewest();
  const call = p.calls[turn];

  const inspect = async () => {
    if (!call) {
      return;
    }
    set({ at: "looking" });
    try {
      set({ at: "ready", seen: await look(p.wallet, call) });
    } catch (err) {
      set({ at: "refused", why: explain(err) });
    }
  };
  useEffect(() => void inspect(), [turn]);

  const press = async (seen: Seen) => {
    if (!call) {
      return;
    }
    set({ at: "asking", seen });
    let hash: Hex;
    try {
      hash = await send(p.wallet, call);
    } catch (err) {
      set({ at: "ready", seen, note: explain(err) });
      return;
    }
    set({ at: "pending", hash });
    try {
      const done = await mined(p.wallet, hash);
      if (!done.ok) {
        set({ at: "failed", hash: done.hash, why: `It was in block ${done.block} and failed there; only gas was spent. The state changed after it was looked at: try again.` });
      } else if (turn + 1 < p.calls.length) {
        setTurn(turn + 1);
      } else {
        set({ at: "mined", mined: done });
      }
      refresh();
    } catch (err) {
      set({ at: "failed", hash, why: explain(err) });
    }
  };

  const final = state.at === "mined" && newest !== null && newest.final >= state.mined.block;
  const status = statusOf(state, final, newest?.final);
  return (
    <Dialog title={p.title} onClose={p.onClose} testid="tx-dialog">
      {p.calls.length > 1 && (
        <ol class="steps" aria-label="Transactions">
          {p.calls.map((c, i) => (
            <li key={c.title} class={i < turn || state.at === "mined" ? "past" : i === turn ? "present" : ""} aria-current={i === turn ? "step" : undefined}>
              {c.title}
            </li>
          ))}
        </ol>
      )}
      {call && <CallWords call={call} />}
      {"seen" in state && <Cost seen={state.seen} pays={turn === p.calls.length - 1 ? p.pays : undefined} />}
      {state.at === "ready" && state.note && (
        <p class="wrong" role="alert" data-testid="tx-error">
          {state.note}
        </p>
      )}
      {(state.at === "refused" || state.at === "failed") && (
        <p class="wrong" role="alert" data-testid="tx-error">
          {state.why}
        </p>
      )}
      {(state.at === "pending" || (state.at === "failed" && state.hash)) && (
        <p>
          Transaction <Hash of={state.hash ?? "0x"} what="transaction" />
        </p>
      )}
      {state.at === "mined" && (
        <p>
          Transaction <Hash of={state.mined.hash} what="transaction" /> in block {state.mined.block}
        </p>
      )}
      <p role="status" aria-live="polite" data-testid="tx-status" data-state={final ? "confirmed" : state.at}>
        {status}
      </p>
      <p class="actions">
        {"seen" in state && (
          <button type="button" class="primary" disabled={state.at === "asking"} onClick={() => void press(state.seen)} data-testid="tx-send">
            {state.at === "asking" ? "Answer in the wallet" : `Send: ${call?.title ?? ""}`}
          </button>
        )}
        {state.at === "refused" && (
          <button type="button" onClick={() => void inspect()} data-testid="tx-again">
            Look again
          </button>
        )}
      </p>
    </Dialog>
  );
}

function statusOf(s: State, final: boolean, known: number | undefined): string {
  switch (s.at) {
    case "looking":
      return "Trying the call without sending it…";
    case "refused":
      return "It would fail, so it is not sent.";
    case "ready":
      return "Tried without sending: it succeeds.";
    case "asking":
      return "The wallet asks you.";
    case "pending":
      return "Sent; waiting for a block. Closing this does not stop it.";
    case "failed":
      return "Not done.";
    case "mined":
      return final ? "Confirmed: its block is final." : `Mined in block ${s.mined.block}. The newest final block is ${known ?? "not known"}; this page shows the change with the node's next block.`;
  }
}

function CallWords(p: { call: Call }) {
  return (
    <div class="call" data-testid="tx-call">
      <p>
        <strong>{p.call.title}</strong>
      </p>
      <Facts
        of={[
          ["Contract", <Hash of={p.call.to} what="contract" />],
          ["Function", <code>{p.call.name}</code>],
          ...p.call.words.map(([name, value]): [string, preact.JSX.Element] => [name, <span class="anywhere">{value}</span>]),
        ]}
      />
    </div>
  );
}

function Cost(p: { seen: Seen; pays?: bigint }) {
  return (
    <div data-testid="tx-cost">
      <Facts
        of={[
          ["Gas", p.seen.gas.toLocaleString("en-US")],
          ["Price of gas", `${exact(p.seen.price, { name: "gwei", decimals: 9 })} gwei`],
          ["Costs about", `${exact(p.seen.fee, ETH)} ETH`],
          ["Data", <details><summary>as the wallet shows it</summary><code class="anywhere">{p.seen.data}</code></details>],
          ...(p.pays === undefined ? [] : ([["Pays", `${exact(p.pays, WVARA)} wVARA`]] as [string, string][])),
        ]}
      />
      {p.pays !== undefined && <p data-testid="tx-worth">{breakEven(p.seen.fee, p.pays)}</p>}
    </div>
  );
}
