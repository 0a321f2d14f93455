// Chromium with one page: everything that goes wrong in it is gathered, and everything that it asks of another host.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const env = (name) => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: run make e2e`);
  return value;
};

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;

/** The one browser of this process. */
async function launched() {
  browser ??= await chromium.launch({
    executablePath: env("ROSTER_CHROMIUM"),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

/** A page of the dashboard at url: theme is light or dark, width in pixels. setup may add to it before anything is loaded. */
export async function open(url, { theme = "light", width = 1440, path = "#/", setup, expected = [] } = {}) {
  const context = await (await launched()).newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const faults = [];
  page.on("console", (m) => {
    if (m.type() === "error" && !expected.some((e) => m.text().includes(e))) {
      faults.push(`console: ${m.text()}`);
    }
  });
  page.on("pageerror", (e) => faults.push(`error: ${e.message}`));
  page.on("request", (r) => {
    if (!r.url().startsWith(url) && !r.url().startsWith("data:")) {
      faults.push(`asks another host: ${r.url()}`);
    }
  });
  if (setup) {
    await setup(page);
  }
  await page.goto(`${url}/${path}`);
  return {
    page,
    /** Fails with everything that went wrong. */
    sound() {
      assert.deepEqual(faults, [], "the page had errors");
    },
    async close() {
      await context.close();
    },
  };
}

/** What axe finds wrong with a page: WCAG 2.1 A and AA, and what is good practice. */
export async function violations(page) {
  // The page's policy lets no script in but its own; the test's is put in by the browser's debugger.
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")}`);
}

/** Waits until a page has loaded what it shows. */
export async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForSelector("main h1, main h2");
  await page.waitForFunction(() => !document.querySelector(".loading"));
}
