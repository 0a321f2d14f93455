// Wallets in the browser, found by EIP-6963: the page asks who is there, and each wallet announces itself. Everything that a
// staker's transaction needs of the chain is read through the wallet, so no request leaves for another host.
import { useEffect, useState } from "preact/hooks";
import { type EIP1193Provider, type Hex, createPublicClient, createWalletClient, custom, defineChain, getAddress, isAddress } from "viem";
import { keep, remembered } from "./theme";

export type Announced = { info: { uuid: string; name: string; icon: string; rdns: string }; provider: EIP1193Provider };
export type Connected = { wallet: Announced; accounts: Hex[]; account: Hex; chainId: number };

let found: Announced[] = [];
let connected: Connected | null = null;
let detach: (() => void) | null = null;
const listeners = new Set<() => void>();

function changed(): void {
  listeners.forEach((f) => f());
}

export function start(): void {
  addEventListener("eip6963:announceProvider", (event) => {
    const wallet = (event as CustomEvent<Announced>).detail;
    if (wallet?.info?.uuid && wallet.provider && !found.some((w) => w.info.uuid === wallet.info.uuid)) {
      found = [...found, wallet];
      changed();
      if (!connected && remembered("roster.wallet") === wallet.info.rdns) {
        void resume(wallet);
      }
    }
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
}

export function discover(): void {
  dispatchEvent(new Event("eip6963:requestProvider"));
}

export function useWallet(): { found: Announced[]; connected: Connected | null } {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((n) => n + 1);
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return { found, connected };
}

/** Goes on with a wallet that was connected before, when it still lets this page see an account: asks for nothing. */
async function resume(wallet: Announced): Promise<void> {
  try {
    const accounts = await wallet.provider.request({ method: "eth_accounts" });
    if (accounts.length > 0) {
      await use(wallet, accounts);
    }
  } catch {
    // Not connected: the reader connects by hand.
  }
}

/** Asks the wallet for accounts. Throws what the wallet throws. */
export async function connect(wallet: Announced): Promise<void> {
  const accounts = await wallet.provider.request({ method: "eth_requestAccounts" });
  if (accounts.length === 0) {
    throw new Error("The wallet shows no account to this page. Allow one in the wallet.");
  }
  await use(wallet, accounts);
  keep("roster.wallet", wallet.info.rdns);
}

async function use(wallet: Announced, list: readonly string[]): Promise<void> {
  const accounts = list.filter((a) => isAddress(a, { strict: false })).map((a) => getAddress(a));
  const first = accounts[0];
  if (!first) {
    return;
  }
  const chainId = Number(await wallet.provider.request({ method: "eth_chainId" }));
  detach?.();
  connected = { wallet, accounts, account: first, chainId };
  const onAccounts = (next: readonly string[]) => {
    const now = next.map((a) => getAddress(a));
    const head = now[0];
    if (!head) {
      disconnect();
    } else if (connected) {
      connected = { ...connected, accounts: now, account: head };
      changed();
    }
  };
  const onChain = (id: string) => {
    if (connected) {
      connected = { ...connected, chainId: Number(id) };
      changed();
    }
  };
  wallet.provider.on?.("accountsChanged", onAccounts);
  wallet.provider.on?.("chainChanged", onChain);
  detach = () => {
    wallet.provider.removeListener?.("accountsChanged", onAccounts);
    wallet.provider.removeListener?.("chainChanged", onChain);
  };
  changed();
}

export function disconnect(): void {
  detach?.();
  detach = null;
  connected = null;
  keep("roster.wallet", null);
  changed();
}

export function choose(account: Hex): void {
  if (connected && connected.accounts.includes(account)) {
    connected = { ...connected, account };
    changed();
  }
}

/** Asks the wallet to change to a chain that it knows, and looks where it is afterwards. */
export async function switchChain(c: Connected, chainId: number): Promise<void> {
  await c.wallet.provider.request({ method: "wallet_switchEthereumChain", params: [{ chainId: `0x${chainId.toString(16)}` }] });
  const now = Number(await c.wallet.provider.request({ method: "eth_chainId" }));
  if (connected) {
    connected = { ...connected, chainId: now };
    changed();
  }
}

/** Reads and sends through the wallet. */
export function clients(c: Connected) {
  const chain = defineChain({
    id: c.chainId,
    name: `chain ${c.chainId}`,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  });
  const transport = custom(c.wallet.provider, { retryCount: 0 });
  return {
    read: createPublicClient({ chain, transport, ccipRead: false, pollingInterval: 1000, cacheTime: 0 }),
    write: createWalletClient({ chain, transport, account: c.account }),
  };
}
