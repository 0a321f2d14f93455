// Claim trees in OpenZeppelin's layout, checked here and not by the node that sends the proof: a leaf is
// keccak256(keccak256(abi.encode(account, amount))), and an inner node hashes its two children in order of size.
import { type Hex, concat, encodeAbiParameters, keccak256 } from "viem";

export function leafOf(account: Hex, amount: bigint): Hex {
  const encoded = encodeAbiParameters([{ type: "address" }, { type: "uint256" }], [account, amount]);
  return keccak256(keccak256(encoded));
}

export function pair(a: Hex, b: Hex): Hex {
  return keccak256(a.toLowerCase() < b.toLowerCase() ? concat([a, b]) : concat([b, a]));
}

/** The root to which a leaf leads along its proof, bottom up. */
export function rootOf(leaf: Hex, proof: readonly Hex[]): Hex {
  return proof.reduce(pair, leaf);
}

export function sameHash(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
