// Writes testdata/merkle_oz.json: trees of claims as OpenZeppelin's own package builds them, the oracle of
// core/merkle. Run it from anywhere after `npm ci` in contracts/: node testdata/merkle_oz.mjs
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { createHash } from "node:crypto";

const require = createRequire(new URL("../contracts/package.json", import.meta.url));
const { StandardMerkleTree } = require("@openzeppelin/merkle-tree");

const digest = (...parts) => createHash("sha256").update(parts.join("/")).digest("hex");

// claim i of a tree: an account and an amount of every width from 0 to 256 bits, from a hash and so the same
// in every run.
function claim(tree, i) {
  const account = "0x" + digest(tree, i, "account").slice(0, 40);
  const width = parseInt(digest(tree, i, "width").slice(0, 8), 16) % 257;
  const amount = BigInt("0x" + digest(tree, i, "amount")) & ((1n << BigInt(width)) - 1n);
  return [account, amount.toString()];
}

const extremes = [
  ["0x0000000000000000000000000000000000000000", "0"],
  ["0x0000000000000000000000000000000000000001", "1"],
  ["0xffffffffffffffffffffffffffffffffffffffff", ((1n << 256n) - 1n).toString()],
  ["0xfffffffffffffffffffffffffffffffffffffffe", ((1n << 255n)).toString()],
];

const lists = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31, 33, 100].map((n) => Array.from({ length: n }, (_, i) => claim(n, i)));
lists.push(extremes);

const trees = lists.map((values) => {
  const tree = StandardMerkleTree.of(values, ["address", "uint256"]);
  return {
    accounts: values.map(([account]) => account),
    amounts: values.map(([, amount]) => amount),
    root: tree.root,
    nodes: tree.dump().tree,
    proofs: values.map((_, i) => tree.getProof(i)),
  };
});

// One tree to a line: indentation would be most of the file.
const text = "[\n" + trees.map((tree) => JSON.stringify(tree)).join(",\n") + "\n]\n";
writeFileSync(new URL("./merkle_oz.json", import.meta.url), text);
