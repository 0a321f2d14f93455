import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE, ETH, WVARA, big, bps, compact, exact, parse, percent } from "../src/amount";

test("what is shown is cut, never rounded up", () => {
  const cases: [string, string, string][] = [
    ["0", "0", "0"],
    ["1", "0.000000000001", "0.000000000001"],
    ["999999999999", "0.999999999999", "0.999"],
    ["1000000000000", "1", "1"],
    ["1999999999999", "1.999999999999", "1.999"],
    ["12345600000000001", "12,345.600000000001", "12,345.6"],
    ["999999999999999", "999.999999999999", "999.999"],
    ["1234567890123456789012", "1,234,567,890.123456789012", "1,234,567,890.1"],
    ["120000", "0.00000012", "0.00000012"],
    ["123456", "0.000000123456", "0.000000123"],
  ];
  for (const [n, full, few] of cases) {
    assert.equal(exact(BigInt(n), WVARA), full);
    assert.equal(compact(BigInt(n), WVARA), few);
  }
  assert.equal(exact(-1500000000000n, WVARA), "−1.5");
  assert.equal(exact(1234n, BASE), "1,234");
  assert.equal(exact(2n ** 256n - 1n, ETH).endsWith(".584007913129639935"), true);
});

test("amounts are read exactly", () => {
  const good: [string, bigint][] = [
    ["12.5", 12_500_000_000_000n],
    [" 1 ", 1_000_000_000_000n],
    [".5", 500_000_000_000n],
    ["5.", 5_000_000_000_000n],
    ["0", 0n],
    ["0.000000000001", 1n],
    ["1.1000000000000000000", 1_100_000_000_000n],
    ["9007199254740993.000000000001", 9007199254740993000000000001n],
  ];
  for (const [text, amount] of good) {
    assert.deepEqual(parse(text, WVARA), { amount }, text);
  }
  for (const text of ["", ".", "-1", "1e3", "1,000", "1,000.5", "1.2.3", "0x10", "1 000", "0.0000000000001", "٣", "9".repeat(61), "Infinity"]) {
    assert.ok("error" in parse(text, WVARA), text);
  }
});

test("what is written is read again", () => {
  for (let i = 0n, n = 1n; i < 90n; i++, n = n * 3n + i) {
    assert.deepEqual(parse(exact(n, WVARA).replaceAll(",", ""), WVARA), { amount: n });
  }
});

test("a fault of the node is 0, not an exception", () => {
  for (const text of [undefined, "", "-1", "1.5", "0x1", "9".repeat(79)]) {
    assert.equal(big(text), 0n);
  }
  assert.equal(big("42"), 42n);
});

test("parts", () => {
  assert.equal(bps(1n, 3n), 3333);
  assert.equal(bps(5n, 0n), 0);
  assert.equal(bps(9n, 3n), 10_000);
  assert.deepEqual([0, 5, 50, 500, 1234, 10_000].map(percent), ["0 %", "0.05 %", "0.5 %", "5 %", "12.34 %", "100 %"]);
});
