import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Hex } from "viem";
import { leafOf, pair, rootOf } from "../src/merkle";

type Tree = { accounts: Hex[]; amounts: string[]; root: Hex; proofs: Hex[][] };

// What OpenZeppelin's own package says of trees of claims (make oracle).
const trees = JSON.parse(readFileSync("../../testdata/merkle_oz.json", "utf8")) as Tree[];

test("every leaf of OpenZeppelin's trees leads to its root, and no other amount does", () => {
  let leaves = 0;
  for (const tree of trees) {
    tree.accounts.forEach((account, i) => {
      const amount = BigInt(tree.amounts[i] ?? "0");
      const proof = tree.proofs[i] ?? [];
      assert.equal(rootOf(leafOf(account, amount), proof), tree.root);
      assert.notEqual(rootOf(leafOf(account, amount ^ 1n), proof), tree.root);
      leaves++;
    });
  }
  assert.ok(leaves > 10, `${leaves} leaves`);
});

test("a pair has no order", () => {
  const [a, b] = [leafOf("0x801dd15e83115b6dc7bd616d21abe732240deec9", 1n), leafOf("0x801dd15e83115b6dc7bd616d21abe732240deec9", 2n)];
  assert.equal(pair(a, b), pair(b, a));
  assert.notEqual(pair(a, b), pair(a, a));
});

test("a wrong step of a proof leads elsewhere", () => {
  const tree = trees.find((t) => (t.proofs[0]?.length ?? 0) > 1);
  assert.ok(tree);
  const [account, amount, proof] = [tree.accounts[0] as Hex, BigInt(tree.amounts[0] ?? "0"), tree.proofs[0] as Hex[]];
  assert.notEqual(rootOf(leafOf(account, amount), proof.slice(1)), tree.root);
});
