// Every page, in both themes, narrow and wide: no errors, nothing asked of another host, nothing that axe finds, nothing that
// scrolls sideways, and a picture.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { close, env, open, settled, violations } from "./browser.mjs";

const story = env("ROSTER_STORY");
const api = async (path) => (await fetch(`${story}/v1/${path}`)).json();

const operators = (await api("sets/0/operators")).items;
const elected = operators.find((o) => o.elected).operator;
const outside = operators.find((o) => !o.elected).operator;
const vault = (await api("sets/0/vaults")).items[0].vault;
const holder = await firstHolder();

// An account that has earned as a staker: an elected operator's, or one that the vaults know.
async function firstHolder() {
  for (const o of operators) {
    const s = await api(`sets/0/stakers/${o.operator}`);
    if (s.rewards.length > 0) {
      return o.operator;
    }
  }
  return elected;
}

const pages = {
  era: "#/era",
  operators: "#/operators",
  "operator-in": `#/operators/${elected}`,
  "operator-out": `#/operators/${outside}`,
  vaults: "#/vaults",
  vault: `#/vaults/${vault}`,
  staker: `#/staker/${holder}`,
  "staker-nobody": "#/staker",
  elections: "#/elections",
  election: "#/elections/2",
  rewards: `#/rewards/${holder}`,
  slashing: "#/slashing",
  "slashing-vetoed": "#/slashing?set=1",
  network: "#/network",
  health: "#/health",
  nowhere: "#/nowhere",
};

after(close);

for (const theme of ["light", "dark"]) {
  for (const width of [360, 1440]) {
    test(`${theme}, ${width} px`, async (t) => {
      const { page, sound, close } = await open(story, { theme, width, path: pages.era });
      try {
        for (const [name, path] of Object.entries(pages)) {
          await t.test(name, async () => {
            await page.evaluate((to) => (location.hash = to), path);
            await settled(page);
            await page.screenshot({ path: join(env("ROSTER_OUT"), `${name}-${theme}-${width}.png`), fullPage: true });
            const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= room, `it scrolls sideways: ${wide} px in ${room}`);
            assert.deepEqual(await violations(page), [], "axe");
            sound();
          });
        }
      } finally {
        await close();
      }
    });
  }
}

test("by keyboard: past the navigation, through it, and to a page", async () => {
  const { page, sound, close } = await open(story);
  try {
    await settled(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), "skip");
    await page.getByTestId("nav-slashing").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.startsWith("#/slashing"));
    await page.getByTestId("slash-case").first().waitFor();
    sound();
  } finally {
    await close();
  }
});

test("the theme can be chosen, and stays", async () => {
  const { page, sound, close } = await open(story, { theme: "light" });
  try {
    await settled(page);
    const colour = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await colour();
    await page.getByTestId("theme").click();
    await page.waitForFunction((was) => getComputedStyle(document.documentElement).backgroundColor !== was, light);
    const dark = await colour();
    await page.reload();
    await settled(page);
    assert.equal(await colour(), dark);
    sound();
  } finally {
    await close();
  }
});

test("what an operator writes on chain is text", async () => {
  const hostile = env("ROSTER_HOSTILE");
  const author = operators[0].operator;
  const { page, sound, close } = await open(story, { path: `#/operators/${author}` });
  try {
    await settled(page);
    await page.getByText(hostile.slice(0, 20), { exact: false }).first().waitFor();
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.notEqual(await page.title(), "taken");
    sound();
  } finally {
    await close();
  }
});

test("a leaf is verified in the browser", async () => {
  const { page, sound, close } = await open(story, { path: `#/rewards/${holder}` });
  try {
    await settled(page);
    await page.locator("[data-testid^=verify-][data-testid$=-ok]").first().waitFor();
    assert.equal(await page.locator("[data-testid^=verify-][data-testid$=-wrong]").count(), 0);
    sound();
  } finally {
    await close();
  }
});

test("what makes no sense, and what is not there, is said", async () => {
  const { page, sound, close } = await open(story, { path: "#/operators/0x00000000000000000000000000000000deadbeef", expected: ["404"] });
  try {
    await page.getByTestId("problem").first().waitFor();
    assert.match(await page.getByTestId("problem").first().innerText(), /never registered/);
    sound();
  } finally {
    await close();
  }
});

test("when the node is gone the page says so, and comes back by itself", async () => {
  const { page, close } = await open(story);
  try {
    await settled(page);
    await page.route("**/v1/**", (r) => r.abort());
    await page.getByTestId("nav-vaults").click();
    await page.getByTestId("banner").filter({ hasText: /cannot|not reach/i }).waitFor({ timeout: 60_000 });
    await page.unroute("**/v1/**");
    await page.waitForFunction(() => !document.querySelector("[data-testid=banner]").textContent, null, { timeout: 60_000 });
  } finally {
    await close();
  }
});

test("the simulator shows what a parameter would change", async () => {
  const { page, sound, close } = await open(story, { path: "#/network" });
  try {
    await settled(page);
    await page.getByTestId("sim-seats").fill("3");
    await page.getByTestId("sim-go").click();
    await page.getByTestId("sim-result").waitFor();
    sound();
  } finally {
    await close();
  }
});
