// The calls of a staker, with the words in which they are shown before they are sent.
import { type Hex } from "viem";
import * as abi from "./abi";
import { type Unit, exact } from "./amount";
import { type Call } from "./send";

const amountWords = (n: bigint, unit: Unit) => `${exact(n, unit)} ${unit.name} (${n})`;

export function approve(token: string, vault: string, amount: bigint, unit: Unit): Call {
  return {
    title: "Approve",
    to: token as Hex,
    abi: abi.erc20,
    name: "approve",
    args: [vault as Hex, amount],
    words: [["The vault may take", amountWords(amount, unit)], ["Vault", vault]],
  };
}

export function deposit(vault: string, account: string, amount: bigint, unit: Unit): Call {
  return {
    title: "Deposit",
    to: vault as Hex,
    abi: abi.vault,
    name: "deposit",
    args: [account as Hex, amount],
    words: [["Amount", amountWords(amount, unit)], ["Owner of the stake", account]],
  };
}

export function withdraw(vault: string, account: string, amount: bigint, unit: Unit): Call {
  return {
    title: "Withdraw",
    to: vault as Hex,
    abi: abi.vault,
    name: "withdraw",
    args: [account as Hex, amount],
    words: [["Amount", amountWords(amount, unit)], ["Who can collect it", account]],
  };
}

export function collect(vault: string, account: string, epoch: number, amount: bigint, unit: Unit): Call {
  return {
    title: "Collect",
    to: vault as Hex,
    abi: abi.vault,
    name: "claim",
    args: [account as Hex, BigInt(epoch)],
    words: [["Pays", amountWords(amount, unit)], ["Epoch", String(epoch)], ["To", account]],
  };
}

export function claim(contract: string, account: string, network: string, token: string, total: bigint, left: bigint, proof: string[], unit: Unit): Call {
  return {
    title: "Claim",
    to: contract as Hex,
    abi: abi.rewards,
    name: "claimRewards",
    args: [account as Hex, network as Hex, token as Hex, total, proof as Hex[]],
    words: [["Pays", amountWords(left, unit)], ["All that was ever earned", amountWords(total, unit)], ["To", account], ["Network", network], ["Token", token], ["Proof", `${proof.length} hashes`]],
  };
}
