// A staker's transactions: looked at before they are sent, and followed until they are final.
import {
  type Abi, type Hex, BaseError, ContractFunctionRevertedError, ContractFunctionZeroDataError, InsufficientFundsError,
  UserRejectedRequestError, encodeFunctionData,
} from "viem";
import { refusals } from "./abi";
import { ETH, exact } from "./amount";
import { type Connected, clients } from "./wallet";

/** One call, and how it reads. */
export type Call = { title: string; to: Hex; abi: Abi; name: string; args: readonly unknown[]; words: [string, string][] };

/** What looking found. fee is the most that is paid now: gas times the price that a wallet would offer. */
export type Seen = { gas: bigint; price: bigint; fee: bigint; data: Hex };

type Coded = { code?: unknown; message?: unknown; shortMessage?: unknown };

const noFunds = "The account has not enough ETH for the gas. Send it some, or choose another account.";

/** An error in words: what is wrong, and what to do. */
export function explain(err: unknown): string {
  if (err instanceof BaseError) {
    if (err.walk((e) => e instanceof UserRejectedRequestError || codeOf(e) === 4001)) {
      return "You refused in the wallet; nothing was sent.";
    }
    const revert = err.walk((e) => e instanceof ContractFunctionRevertedError);
    if (revert instanceof ContractFunctionRevertedError) {
      return explainRevert(revert);
    }
    if (err.walk((e) => e instanceof InsufficientFundsError)) {
      return noFunds;
    }
    if (err.walk((e) => e instanceof ContractFunctionZeroDataError)) {
      return "There is no such contract on the chain that the wallet is connected to. Check the wallet's network.";
    }
    const raw = `${err.shortMessage} ${err.details}`;
    return /insufficient funds|exceeds allowance/i.test(raw) ? noFunds : plain(raw);
  }
  const code = codeOf(err);
  if (code === 4001) {
    return "You refused in the wallet; nothing was sent.";
  }
  if (code === -32002) {
    return "The wallet already asks about this page. Open it and answer there.";
  }
  const e = (err ?? {}) as Coded;
  return plain(String(e.shortMessage ?? e.message ?? err));
}

export function codeOf(err: unknown): number | undefined {
  const code = (err as Coded | null | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

function explainRevert(e: ContractFunctionRevertedError): string {
  const name = e.data?.errorName;
  if (name && name !== "Error" && name !== "Panic") {
    const args = (e.data?.args ?? []).map(String).join(", ");
    return `The contract refuses: ${name}(${args}). ${refusals[name] ?? ""}`.trim();
  }
  const said = e.reason && e.reason !== "execution reverted" ? e.reason : "";
  return `The contract refuses${said ? `: ${said}` : e.signature ? ` with the error ${e.signature}, which this page does not know` : " and says no reason"}.`;
}

function plain(text: string): string {
  const one = text.replace(/\s+/g, " ").trim();
  return one.length > 300 ? one.slice(0, 300) + "…" : one || "The wallet failed and said nothing. Try again.";
}

/** Runs the call without sending it, and asks what it costs. Throws what explain understands. */
export async function look(c: Connected, call: Call): Promise<Seen> {
  const { read } = clients(c);
  const request = { address: call.to, abi: call.abi, functionName: call.name, args: call.args, account: c.account };
  await read.simulateContract(request);
  const gas = await read.estimateContractGas(request);
  const price = await read.getGasPrice();
  const fee = gas * price;
  const balance = await read.getBalance({ address: c.account });
  if (balance < fee) {
    throw new Error(`The account has ${exact(balance, ETH)} ETH; the gas costs about ${exact(fee, ETH)} ETH. Send it some, or choose another account.`);
  }
  const data = encodeFunctionData({ abi: call.abi, functionName: call.name, args: call.args });
  return { gas, price, fee, data };
}

/** Has the wallet sign and send it; returns the transaction's hash. */
export async function send(c: Connected, call: Call): Promise<Hex> {
  return clients(c).write.writeContract({ address: call.to, abi: call.abi, functionName: call.name, args: call.args, chain: clients(c).write.chain });
}

export type Mined = { block: number; ok: boolean; hash: Hex };

/** Waits until it is in a block. A transaction that replaced it, sped up in the wallet, counts as it; one that cancels it throws. */
export async function mined(c: Connected, hash: Hex): Promise<Mined> {
  let cancelled = false;
  const receipt = await clients(c).read.waitForTransactionReceipt({
    hash,
    timeout: 600_000,
    onReplaced: (r) => {
      cancelled = r.reason !== "repriced";
    },
  });
  if (cancelled) {
    throw new Error("The wallet replaced the transaction by another one; this call was not made.");
  }
  return { block: Number(receipt.blockNumber), ok: receipt.status === "success", hash: receipt.transactionHash };
}

/** What a claim's cost means: from which price of the token on it pays more than it costs. Exact, cut off at 12 digits. */
export function breakEven(fee: bigint, pays: bigint): string {
  if (pays === 0n) {
    return "It pays nothing.";
  }
  // ETH (18 decimals) per wVARA (12 decimals), in 10^-18 ETH, rounded up so that it never flatters.
  const price = (fee * 10n ** 12n + pays - 1n) / pays;
  return `It pays more than it costs where one wVARA is worth more than ${exact(price, ETH)} ETH.`;
}
