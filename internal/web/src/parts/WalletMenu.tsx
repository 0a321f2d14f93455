// Connecting a wallet, choosing an account, and being on the right chain.
import { useState } from "preact/hooks";
import { type Hex } from "viem";
import { useGet, type S } from "../api";
import { codeOf, explain } from "../send";
import { type Announced, choose, connect, disconnect, discover, switchChain, useWallet } from "../wallet";
import { Dialog } from "./Dialog";
import { Hex as HexWords } from "./Bits";

export function WalletMenu() {
  const { connected } = useWallet();
  const [open, set] = useState(false);
  if (connected) {
    return (
      <div class="wallet" data-testid="wallet-connected">
        <span class="faint">{connected.wallet.info.name}</span>
        {connected.accounts.length > 1 ? (
          <select aria-label="Account" value={connected.account} data-testid="wallet-account" onChange={(e) => choose(e.currentTarget.value as Hex)}>
            {connected.accounts.map((a) => (
              <option key={a} value={a}>
                {`${a.slice(0, 8)}…${a.slice(-4)}`}
              </option>
            ))}
          </select>
        ) : (
          <span data-testid="wallet-account">
            <HexWords of={connected.account} what="account" />
          </span>
        )}
        <button type="button" onClick={disconnect} data-testid="wallet-disconnect">
          Disconnect
        </button>
      </div>
    );
  }
  return (
    <>
      <button
        type="button"
        data-testid="wallet-connect"
        onClick={() => {
          discover();
          set(true);
        }}
      >
        Connect a wallet
      </button>
      {open && <Chooser onClose={() => set(false)} />}
    </>
  );
}

function Chooser(p: { onClose: () => void }) {
  const { found } = useWallet();
  const [status, set] = useState("");
  const press = async (wallet: Announced) => {
    set(`Waiting for ${wallet.info.name}: answer in the wallet.`);
    try {
      await connect(wallet);
      p.onClose();
    } catch (err) {
      set(codeOf(err) === 4001 ? "You refused in the wallet; nothing is connected." : explain(err));
    }
  };
  return (
    <Dialog title="Connect a wallet" onClose={p.onClose} testid="wallet-dialog">
      {found.length === 0 ? (
        <p>
          No wallet announced itself (EIP-6963). Install one, or allow it on this page, and reload. To look without a wallet, enter an address on the
          Staker page.
        </p>
      ) : (
        <ul class="plain stack">
          {found.map((w) => (
            <li key={w.info.uuid}>
              <button type="button" class="wide" onClick={() => void press(w)} data-testid="wallet-option">
                {/^data:image\//.test(w.info.icon) && <img src={w.info.icon} alt="" width="20" height="20" />} {w.info.name}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="status" aria-live="polite" data-testid="wallet-status">
        {status}
      </p>
      <p class="faint">This page asks for addresses only. Each transaction is shown and confirmed apart.</p>
    </Dialog>
  );
}

/** What stands in the way when the wallet is on another chain than the node; nothing when it is not. */
export function ChainGuard() {
  const { connected } = useWallet();
  const { data } = useGet<S["Network"]>("/v1/network");
  const [status, set] = useState("");
  if (!connected || !data || connected.chainId === data.chainId) {
    return null;
  }
  const press = async () => {
    set("Answer in the wallet.");
    try {
      await switchChain(connected, data.chainId);
      set("");
    } catch (err) {
      set(codeOf(err) === 4902 ? `The wallet does not know chain ${data.chainId}. Add it there, with the RPC address of your node, and try again.` : explain(err));
    }
  };
  return (
    <div class="problem" role="alert" data-testid="wrong-chain">
      <p>
        <strong>The wallet is on another chain.</strong> It has chain id {connected.chainId}; this network needs {data.chainId}.
      </p>
      <p>
        <button type="button" onClick={() => void press()} data-testid="switch-chain">
          Change to chain {data.chainId}
        </button>{" "}
        <span role="status">{status}</span>
      </p>
    </div>
  );
}
