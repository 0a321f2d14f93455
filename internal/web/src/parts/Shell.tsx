// The frame of every page: navigation, operator set, the era's clock, and whether the node answers.
import { type ComponentChildren } from "preact";
import { useGet, useReach, type S } from "../api";
import { duration, useNewest, useNow, utc } from "../clock";
import { currentSet, href, hrefIn, read, useRoute } from "../router";
import { keep, useSettings } from "../theme";
import { WalletMenu } from "./WalletMenu";

export const pages = [
  ["era", "Era"],
  ["operators", "Operators"],
  ["vaults", "Vaults"],
  ["staker", "Staker"],
  ["elections", "Elections"],
  ["rewards", "Rewards"],
  ["slashing", "Slashing"],
  ["network", "Network"],
  ["health", "Health"],
] as const;

export function Shell(p: { children: ComponentChildren }) {
  const route = useRoute();
  return (
    <>
      <a class="skip" href="#main" onClick={skip} data-testid="skip">
        Skip to the page's content
      </a>
      <header class="top">
        <a class="brand" href={href("era")} aria-label="Roster, start page">
          <Logo /> Roster
        </a>
        <SetChooser />
        <div class="grow" />
        <Settings />
        <WalletMenu />
      </header>
      <EraStrip />
      <Banner />
      <div class="body">
        <nav aria-label="Pages">
          {pages.map(([page, name]) => (
            <a key={page} href={href(page)} aria-current={route.page === page ? "page" : undefined} data-testid={`nav-${page}`}>
              {name}
            </a>
          ))}
        </nav>
        <main id="main" tabIndex={-1}>
          {p.children}
        </main>
      </div>
    </>
  );
}

/** The address after # is the page's, so a link to #main would leave it. */
function skip(e: Event): void {
  e.preventDefault();
  document.getElementById("main")?.focus();
}

function Logo() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" class="logo">
      <path d="M2 4h9M2 8h9M2 12h9M2 16h9" />
      <path d="M13 10l2.5 3L19 6" class="check" />
    </svg>
  );
}

function SetChooser() {
  const { data } = useGet<S["Network"]>("/v1/network");
  const set = currentSet();
  const sets = data ? (data.sets.includes(set) ? data.sets : [...data.sets, set]) : [set];
  return (
    <label class="set">
      <span>Operator set</span>
      <select
        value={String(set)}
        data-testid="set"
        onChange={(e) => {
          const route = read(location.hash);
          // What an operator or an election of one set is, another need not have.
          location.hash = hrefIn(Number(e.currentTarget.value), route.page);
        }}
      >
        {sets.map((s) => (
          <option key={s} value={String(s)}>
            {s}
          </option>
        ))}
      </select>
    </label>
  );
}

function Settings() {
  const { theme, exact } = useSettings();
  const other = theme === "dark" ? "light" : "dark";
  return (
    <div class="settings">
      <button type="button" aria-pressed={exact} onClick={() => keep("roster.exact", exact ? null : "yes")} data-testid="exact" title="Every digit, and times in UTC">
        Exact
      </button>
      <button type="button" onClick={() => keep("roster.theme", other)} data-testid="theme" aria-label={`Change to the ${other} theme`}>
        {theme === "dark" ? "Light" : "Dark"}
      </button>
    </div>
  );
}

/** The clock that is always there: the era, what is next, and the newest block. */
function EraStrip() {
  const { data } = useGet<S["Network"]>("/v1/network");
  const set = useGet<S["Set"]>(`/v1/sets/${currentSet()}`);
  const asOf = useNewest();
  const t = useNow();
  const { exact } = useSettings();
  const c = data?.clock;
  if (!c || t === null) {
    return <div class="strip" aria-label="Era clock" role="region" />;
  }
  const left = (to: number) => (to <= t ? "now" : exact ? `${utc(to)}, in ${duration(to - t)}` : `in ${duration(to - t)}`);
  const active = set.data?.active;
  const through = c.end > c.start ? Math.min(100, Math.max(0, ((t - c.start) / (c.end - c.start)) * 100)) : 0;
  return (
    <div class="strip" aria-label="Era clock" role="region" data-testid="era-clock">
      <svg class="progress" width="100%" height="3" aria-hidden="true">
        <rect width={c.started ? `${through.toFixed(2)}%` : "0"} height="3" />
      </svg>
      <div class="items">
        <span>
          <b data-testid="clock-era">{c.started ? `Era ${c.era}` : "Era 0 has not begun"}</b>
        </span>
        <span title={utc(c.started ? c.end : c.start)}>
          {c.started ? "ends" : "begins"} <b class="tick">{left(c.started ? c.end : c.start)}</b>
        </span>
        <span title={utc(c.nextCapture)}>
          capture of era {c.nextEra} <b class="tick">{left(c.nextCapture)}</b>
        </span>
        <span class="wideonly">
          {active ? (
            <>
              in office: era {active.era}, {active.executors} Executors
              {c.started && active.era < c.era && <em class="late"> (no successor yet; until {left(active.until)})</em>}
            </>
          ) : set.data ? (
            "nobody in office"
          ) : (
            " "
          )}
        </span>
        <span class="grow" />
        {asOf && (
          <span title={utc(asOf.time)}>
            block <b data-testid="block">{asOf.block}</b> <span class="faint">final {asOf.final}</span>
          </span>
        )}
      </div>
    </div>
  );
}

function Banner() {
  const reach = useReach();
  const asOf = useNewest();
  return (
    <div role="status" aria-live="polite" data-testid="banner">
      {!reach.ok && (
        <p class="banner">
          Cannot reach the node: {reach.what}. {asOf ? `What is shown is of block ${asOf.block}.` : "There is no data yet."} Trying again.
        </p>
      )}
    </div>
  );
}
