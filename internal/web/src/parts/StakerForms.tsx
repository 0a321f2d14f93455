// Depositing: choose a vault and an amount; the vault is approved for exactly that first, when it may not take as much yet.
import { useEffect, useState } from "preact/hooks";
import { type Hex } from "viem";
import * as abi from "../abi";
import { BASE, type Unit, WVARA, big, exact } from "../amount";
import { type S, useGet, usePages } from "../api";
import * as calls from "../calls";
import { useNewest } from "../clock";
import { currentSet, read } from "../router";
import { type Call, explain } from "../send";
import { type Connected, clients, useWallet } from "../wallet";
import { AmountInput, check } from "./AmountInput";
import { Panel, useUnit, When } from "./Bits";
import { Empty } from "./States";
import { TxDialog } from "./TxDialog";

/** Whether the wallet is where the node is. */
export function useReady(): { connected: Connected | null; ready: boolean; network: S["Network"] | undefined } {
  const { connected } = useWallet();
  const { data } = useGet<S["Network"]>("/v1/network");
  return { connected, ready: connected !== null && data !== undefined && connected.chainId === data.chainId, network: data };
}

/** What the account has of a token, read through the wallet anew with each block; undefined while it is not known. */
function useBalance(token: string | undefined): bigint | undefined {
  const { connected, ready } = useReady();
  const block = useNewest()?.block;
  const [balance, set] = useState<{ of: string; n: bigint }>();
  const key = `${token}.${connected?.account}`;
  useEffect(() => {
    let gone = false;
    if (connected && ready && token) {
      clients(connected)
        .read.readContract({ address: token as Hex, abi: abi.erc20, functionName: "balanceOf", args: [connected.account] })
        .then((n) => gone || set({ of: key, n }))
        .catch(() => undefined); // The contract says so when it is tried.
    }
    return () => {
      gone = true;
    };
  }, [key, ready, block]);
  return balance?.of === key ? balance.n : undefined;
}

export function DepositForm(p: { of: S["Staker"]; set: number }) {
  const vaults = usePages<S["Vault"]>(`/v1/sets/${p.set}/vaults`, 200);
  const { connected, ready, network } = useReady();
  const [chosen, choose] = useState(() => read(location.hash).query.get("vault") ?? "");
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const [error, setError] = useState("");
  const [sending, send] = useState<Call[] | null>(null);
  const vault = vaults.items?.find((v) => v.vault === chosen) ?? vaults.items?.[0];
  const unit: Unit = useUnit(vault?.collateral);
  const balance = useBalance(vault?.collateral) ?? (unit === WVARA ? big(p.of.wallet) : undefined);

  const submit = async (e: Event) => {
    e.preventDefault();
    setTried(true);
    setError("");
    const parsed = check(text, unit, balance);
    if ("error" in parsed || !vault || !connected) {
      return;
    }
    try {
      const allowed = await clients(connected).read.readContract({ address: vault.collateral as Hex, abi: abi.erc20, functionName: "allowance", args: [connected.account, vault.vault as Hex] });
      const list = [calls.deposit(vault.vault, connected.account, parsed.amount, unit)];
      send(allowed >= parsed.amount ? list : [calls.approve(vault.collateral, vault.vault, parsed.amount, unit), ...list]);
    } catch (err) {
      setError(explain(err));
    }
  };
  return (
    <Panel title="Deposit" testid="deposit">
      {!vault ? (
        <Empty>{vaults.items ? "No vault is enrolled in this set." : "…"}</Empty>
      ) : (
        <form onSubmit={(e) => void submit(e)}>
          <div class="field">
            <label for="deposit-vault">Vault</label>
            <select id="deposit-vault" data-testid="deposit-vault" value={vault.vault} onChange={(e) => choose(e.currentTarget.value)}>
              {vaults.items?.map((v) => (
                <option key={v.vault} value={v.vault}>
                  {`${v.vault.slice(0, 10)}…${v.vault.slice(-4)}, ${exact(big(v.active), network && v.collateral.toLowerCase() === network.contracts.token.toLowerCase() ? WVARA : BASE)} active`}
                </option>
              ))}
            </select>
          </div>
          <AmountInput id="deposit-amount" label="Amount" unit={unit} value={text} onValue={setText} most={balance} tried={tried} />
          <p class="faint">
            It counts from the next capture, <When at={network?.clock.nextCapture} />. It stands behind the operators to whom the vault delegates, earns with them, and can be slashed with them. What is withdrawn now would be free{" "}
            <When at={vault.withdrawnFree} />.
          </p>
          <p class="actions">
            <button type="submit" class="primary" disabled={!ready} data-testid="deposit-go">
              Deposit
            </button>
          </p>
          {error && <p class="wrong" role="alert">{error}</p>}
        </form>
      )}
      {sending && connected && (
        <TxDialog
          title="Deposit"
          wallet={connected}
          calls={sending}
          onClose={() => {
            send(null);
            setText("");
            setTried(false);
          }}
        />
      )}
    </Panel>
  );
}

export function WithdrawForm(p: { position: S["Position"] }) {
  const { connected, ready } = useReady();
  const vault = useGet<S["VaultDetail"]>(`/v1/sets/${currentSet()}/vaults/${p.position.vault}`);
  const unit = useUnit(p.position.collateral);
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const [sending, send] = useState<Call[] | null>(null);
  const most = big(p.position.active);
  const id = `withdraw-amount-${p.position.vault}`;
  const submit = (e: Event) => {
    e.preventDefault();
    setTried(true);
    const parsed = check(text, unit, most, "Active are");
    if ("amount" in parsed && connected) {
      send([calls.withdraw(p.position.vault, connected.account, parsed.amount, unit)]);
    }
  };
  return (
    <form onSubmit={submit} data-testid="withdraw">
      <AmountInput id={id} label="Withdraw" unit={unit} value={text} onValue={setText} most={most} mostWords="Active are" tried={tried} />
      <p class="faint">
        What is withdrawn now is free <When at={vault.data?.withdrawnFree} none="after the vault's next epoch" />; until then it earns nothing and can be slashed.
      </p>
      <p class="actions">
        <button type="submit" disabled={!ready || most === 0n} data-testid="withdraw-go">
          Withdraw
        </button>
      </p>
      {sending && connected && (
        <TxDialog
          title="Withdraw"
          wallet={connected}
          calls={sending}
          onClose={() => {
            send(null);
            setText("");
            setTried(false);
          }}
        />
      )}
    </form>
  );
}
