// Trees of claims as OpenZeppelin's own package builds them, the oracle of core/merkle. Run it from anywhere after
// `npm ci` in contracts/, or as `make oracle`:
//
//   node testdata/merkle_oz.mjs                   writes testdata/merkle_oz.json: a few trees with all that is in them
//   node testdata/merkle_oz.mjs sizes             writes testdata/merkle_oz_sizes.json: roots and digests of many sizes
//   node testdata/merkle_oz.mjs print NAME M N    prints the same of sizes M to N, of other claims
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

function write() {
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
}

// row is a tree of n claims, short: the root, and SHA-256 of all its nodes, and of the proofs of a few claims, each with
// its length in one byte before it.
function row(name, n) {
  const values = Array.from({ length: n }, (_, i) => claim(name, i));
  const tree = StandardMerkleTree.of(values, ["address", "uint256"]);
  const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
  const nodes = createHash("sha256");
  tree.dump().tree.forEach((node) => nodes.update(bytes(node)));
  const proofs = createHash("sha256");
  for (const i of [0, Math.floor(n / 3), Math.floor(n / 2), n - 1]) {
    const proof = tree.getProof(i);
    proofs.update(Buffer.from([proof.length]));
    proof.forEach((node) => proofs.update(bytes(node)));
  }
  return { size: n, root: tree.root, nodes: "0x" + nodes.digest("hex"), proofs: "0x" + proofs.digest("hex") };
}

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const rows = (name, sizes) => "[\n" + sizes.map((n) => JSON.stringify(row(`${name}${n}`, n))).join(",\n") + "\n]\n";

// All small sizes, all around powers of two, where a tree gets another level, and two large ones.
const sizes = [...new Set([...range(1, 200), ...range(1, 13).flatMap((k) => range(2 ** k - 1, 2 ** k + 1)), 10_000, 100_000])];
sizes.sort((a, b) => a - b);

const [mode, name, from, to] = process.argv.slice(2);
switch (mode) {
  case undefined:
    write();
    break;
  case "sizes":
    writeFileSync(new URL("./merkle_oz_sizes.json", import.meta.url), rows("", sizes));
    break;
  case "print":
    process.stdout.write(rows(name, range(Number(from), Number(to))));
    break;
  case "time": {
    // Seconds for a tree of so many claims, and for a thousand proofs from it. To make up the claims is not counted.
    const values = Array.from({ length: Number(from) }, (_, i) => claim(name, i));
    const start = performance.now();
    const tree = StandardMerkleTree.of(values, ["address", "uint256"]);
    const built = performance.now();
    for (let i = 0; i < 1000; i++) tree.getProof((i * 7919) % values.length);
    const proven = performance.now();
    process.stdout.write(JSON.stringify({ root: tree.root, tree: (built - start) / 1000, proofs: (proven - built) / 1000 }));
    break;
  }
  default:
    throw new Error(`${mode}: want sizes, print, time, or nothing`);
}
