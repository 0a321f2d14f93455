// A wallet in the page: an EIP-1193 provider, announced by EIP-6963, whose key is in this process and signs for real. It can
// also refuse, and be on another chain.
import { createWalletClient, http, defineChain, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

export function wallet(rpc, key, id) {
  const chain = defineChain({ id, name: "devnet", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [rpc] } } });
  const account = privateKeyToAccount(key);
  const signer = createWalletClient({ account, chain, transport: http(rpc) });
  const mood = { refuses: false, chainId: id, sent: [] };

  const ask = async (method, params) => {
    const response = await fetch(rpc, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    const { result, error } = await response.json();
    return error ? { error: { code: error.code, message: error.message, data: error.data } } : { result };
  };

  const answer = async (method, params) => {
    switch (method) {
      case "eth_requestAccounts":
        return mood.refuses ? { error: { code: 4001, message: "User rejected the request." } } : { result: [account.address] };
      case "eth_accounts":
        return { result: [account.address] };
      case "eth_chainId":
        return { result: numberToHex(mood.chainId) };
      case "wallet_switchEthereumChain":
        mood.chainId = Number(params[0].chainId);
        return { result: null, chain: params[0].chainId };
      case "eth_sendTransaction": {
        if (mood.refuses) {
          return { error: { code: 4001, message: "User rejected the request." } };
        }
        const { to, data, value } = params[0];
        try {
          const hash = await signer.sendTransaction({ to, data, value: value ? BigInt(value) : 0n });
          mood.sent.push(hash);
          return { result: hash };
        } catch (e) {
          return { error: { code: -32000, message: e.shortMessage ?? e.message } };
        }
      }
      default:
        return ask(method, params ?? []);
    }
  };

  return {
    mood,
    address: account.address,
    /** Puts the wallet into a page, before the page's own script. */
    async install(page) {
      await page.exposeFunction("__wallet", answer);
      await page.addInitScript(() => {
        const listeners = {};
        const provider = {
          async request({ method, params }) {
            const { result, error, chain } = await window.__wallet(method, params);
            if (error) {
              throw Object.assign(new Error(error.message), { code: error.code, data: error.data });
            }
            if (chain) {
              (listeners.chainChanged ?? []).forEach((f) => f(chain));
            }
            return result;
          },
          on(event, f) {
            (listeners[event] ??= []).push(f);
          },
          removeListener(event, f) {
            listeners[event] = (listeners[event] ?? []).filter((g) => g !== f);
          },
        };
        const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";
        const detail = Object.freeze({ info: { uuid: "7a2f4cf0-6f6a-4d0a-9f0e-0f1e2d3c4b5a", name: "Test wallet", icon, rdns: "test.wallet" }, provider });
        const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
        window.addEventListener("eip6963:requestProvider", announce);
        announce();
      });
    },
  };
}
