// A staker's way on a network that goes on: deposit, the delegation is seen, eras pass, claim, withdraw, collect; with a wallet
// that signs with a key of the devnet. And everything that a wallet can do wrong.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { close, env, open, settled } from "./browser.mjs";
import { wallet } from "./wallet.mjs";

const live = env("ROSTER_LIVE");
const api = async (path) => {
  const response = await fetch(`${live}/v1/${path}`);
  assert.equal(response.status, 200, `${path}: ${response.status}`);
  return response.json();
};
const advance = async (seconds) => assert.equal((await fetch(`${env("ROSTER_CONTROL")}/advance?seconds=${seconds}`)).status, 200);

const network = await api("network");
const mine = wallet(env("ROSTER_RPC"), env("ROSTER_KEY"), network.chainId);
const vault = (await api("sets/0/vaults")).items.find((v) => v.stakers > 0 && v.delegatorType === "network_restake");
let view;

before(async () => {
  view = await open(live, { path: "#/staker", setup: mine.install });
  await settled(view.page);
});
after(async () => {
  await view?.close();
  await close();
});

/** Waits until the node says something of an account that the chain has. */
async function until(what, ask, good, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (good(value)) {
      return value;
    }
    assert.ok(Date.now() < end, `${what}: still ${JSON.stringify(value)}`);
    await new Promise((r) => setTimeout(r, 500));
  }
}

const staker = () => api(`sets/0/stakers/${mine.address}`);
const shot = (name) => view.page.screenshot({ path: join(env("ROSTER_OUT"), `flow-${name}.png`) });

/** Goes through the dialog of one transaction after the other until the last is confirmed. */
async function send(page) {
  const status = page.getByTestId("tx-status");
  for (let i = 0; i < 2; i++) {
    await page.getByTestId("tx-send").waitFor();
    await page.getByTestId("tx-send").click();
    const state = await until("the transaction", () => status.getAttribute("data-state"), (s) => ["mined", "confirmed", "ready", "failed", "refused"].includes(s));
    if (state === "ready") {
      continue; // the next of two
    }
    await page.locator("[data-testid=tx-status][data-state=confirmed]").waitFor({ timeout: 30_000 });
    return;
  }
  await page.locator("[data-testid=tx-status][data-state=confirmed]").waitFor({ timeout: 30_000 });
}

const dismiss = async (page) => {
  await page.keyboard.press("Escape");
  await page.getByTestId("tx-status").waitFor({ state: "detached" });
};

test("a wallet that refuses is told apart from one that is not there", async () => {
  const { page } = view;
  mine.mood.refuses = true;
  await page.getByTestId("wallet-connect").click();
  await page.getByTestId("wallet-option").click();
  await page.getByTestId("wallet-status").filter({ hasText: /refused/i }).waitFor();
  mine.mood.refuses = false;
  await page.getByTestId("wallet-option").click();
  await page.getByTestId("wallet-connected").waitFor();
});

test("a wallet on another chain is asked to change", async () => {
  const { page, close } = await open(live, { path: "#/staker", setup: (p) => {
    const other = wallet(env("ROSTER_RPC"), env("ROSTER_KEY"), network.chainId);
    other.mood.chainId = 5;
    return other.install(p);
  } });
  try {
    await settled(page);
    await page.getByTestId("wallet-connect").click();
    await page.getByTestId("wallet-option").click();
    await page.getByTestId("wrong-chain").first().waitFor();
    const text = await page.getByTestId("wrong-chain").first().innerText();
    assert.match(text, /5/);
    assert.match(text, new RegExp(String(network.chainId)));
    await page.getByTestId("switch-chain").first().click();
    await page.getByTestId("wrong-chain").first().waitFor({ state: "detached" });
  } finally {
    await close();
  }
});

test("more than there is is not sent", async () => {
  const { page } = view;
  await page.getByTestId("deposit-vault").selectOption(vault.vault);
  await page.getByTestId("deposit-amount").fill("99999999");
  await page.getByTestId("deposit-go").click();
  await page.getByText(/have|has|only/i).first().waitFor();
  assert.equal(await page.getByTestId("tx-send").count(), 0);
  assert.equal(mine.mood.sent.length, 0);
});

test("a deposit, refused at first", async () => {
  const { page } = view;
  await page.getByTestId("deposit-amount").fill("5000");
  await page.getByTestId("deposit-go").click();
  await page.getByTestId("tx-send").waitFor();
  mine.mood.refuses = true;
  await page.getByTestId("tx-send").click();
  await page.getByTestId("tx-error").filter({ hasText: /refused/i }).waitFor();
  assert.equal(mine.mood.sent.length, 0);
  mine.mood.refuses = false;
  await shot("deposit");
  await send(page);
  await dismiss(page);
  await until("the position", staker, (s) => s.positions.length === 1 && s.positions[0].active === "5000000000000000");
  await page.getByTestId("position").first().waitFor();
  assert.match(await page.getByTestId("position-active").first().innerText(), /5,000/);
});

test("the delegation is seen in the next election", async () => {
  const election = await api("sets/0/elections/next?limit=200");
  const total = (vaults) => vaults.reduce((sum, o) => sum + BigInt(o.stake), 0n);
  const { operators } = await api(`sets/0/vaults/${vault.vault}`);
  const lost = BigInt(vault.active) + 5000n * 10n ** 12n - total(operators); // each operator's part is rounded down
  assert.ok(lost >= 0n && lost < BigInt(operators.length), `${lost} base units stand behind nobody`);
  assert.ok(election.items.length > 0);
  const { page } = view;
  await page.getByTestId("nav-vaults").click();
  await settled(page);
  await shot("vaults");
});

test("eras pass, and a claim pays what was earned", async () => {
  const { page } = view;
  let s = await staker();
  for (let waited = 0; !s.rewards.some((l) => l.role === "staker" && l.left !== "0"); waited += 60) {
    assert.ok(waited < 900, "nothing was paid in 900 seconds of the chain");
    await advance(60);
    await new Promise((r) => setTimeout(r, 1000)); // the node looks twice a second
    s = await staker();
  }
  const leaf = s.rewards.find((l) => l.role === "staker");
  await page.getByTestId("nav-staker").click();
  await settled(page);
  await page.getByTestId("claim-staker").click();
  await page.getByTestId("tx-send").waitFor();
  await page.getByTestId("tx-worth").waitFor();
  await shot("claim");
  await send(page);
  await dismiss(page);
  const after = await until("the claim", staker, (x) => BigInt(x.rewards.find((l) => l.role === "staker").claimed) >= BigInt(leaf.amount));
  assert.ok(BigInt(after.wallet) >= BigInt(s.wallet) + BigInt(leaf.left));
});

test("a withdrawal waits, frees, and is collected", async () => {
  const { page } = view;
  const id = page.locator("[data-testid=withdraw] input").first();
  await id.fill("2000");
  await page.getByTestId("withdraw-go").first().click();
  await send(page);
  await dismiss(page);
  await page.getByTestId("withdrawal").first().waitFor();
  const waits = await until("the withdrawal", staker, (s) => s.positions[0].withdrawals.length === 1);
  assert.equal(waits.positions[0].active, "3000000000000000");
  assert.equal(waits.positions[0].withdrawals[0].free, false);
  assert.equal(await page.getByTestId("collect-go").first().isDisabled(), true);
  await shot("withdrawal");
  await advance(waits.positions[0].withdrawals[0].freeAt - waits.asOf.time + 5);
  await until("the freed withdrawal", staker, (s) => s.positions[0].withdrawals[0].free);
  await page.waitForFunction(() => !document.querySelector("[data-testid=collect-go]").disabled, null, { timeout: 30_000 });
  await page.getByTestId("collect-go").first().click();
  await send(page);
  await dismiss(page);
  const done = await until("the collected withdrawal", staker, (s) => s.positions[0].withdrawals.length === 0);
  assert.ok(BigInt(done.wallet) > BigInt(waits.wallet));
  await shot("end");
  view.sound();
});
