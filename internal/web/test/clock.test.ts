import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, now, observe, relative, utc } from "../src/clock";

test("durations in two units", () => {
  assert.deepEqual([0, 45, 60, 200, 3600, 7500, 86400, 100_000].map(duration), ["0 s", "45 s", "1 min", "3 min 20 s", "1 h", "2 h 5 min", "1 d", "1 d 3 h"]);
  assert.equal(relative(100, 100), "now");
  assert.equal(relative(145, 100), "in 45 s");
  assert.equal(relative(100, 160), "1 min ago");
});

test("the clock is the chain's", () => {
  assert.equal(now(), null);
  observe({ block: 5, hash: "0x", time: 4_000_000_000, final: 3 });
  const t = now() ?? 0;
  assert.ok(t >= 4_000_000_000 && t < 4_000_000_010, String(t));
  observe({ block: 4, hash: "0x", time: 3_000_000_000, final: 3 });
  assert.ok((now() ?? 0) >= 4_000_000_000);
  assert.equal(utc(4_000_000_000), "2096-10-02 07:06:40 UTC");
});
