// What the next election would be with other seats, stakes or parameters. The node computes it; nothing changes.
import { useState } from "preact/hooks";
import { WVARA, big, exact, parse } from "../amount";
import { type S, useGet, usePages } from "../api";
import { Amount, Operator, Panel, ReasonWords } from "./Bits";
import { TakeoverWords, toneOfReason } from "./Candidates";
import { Empty, Show } from "./States";
import { Table } from "./Table";

type Move = { operator: string; vault: string; sign: "+" | "-"; amount: string };
const nothing: Move = { operator: "", vault: "", sign: "+", amount: "" };

type Form = { seats: string; minStake: string; maxStake: string; maxVaultStake: string; moves: Move[]; leave: string[] };
const empty: Form = { seats: "", minStake: "", maxStake: "", maxVaultStake: "", moves: [nothing], leave: [] };

/** The question for the node, or a sentence on what is wrong with the form. */
function question(f: Form): { query: string } | { error: string } {
  const q = new URLSearchParams();
  if (f.seats.trim()) {
    const n = f.seats.trim();
    if (!/^\d{1,3}$/.test(n) || Number(n) < 1 || Number(n) > 128) {
      return { error: "Seats: a number from 1 to 128." };
    }
    q.set("maxExecutors", n);
  }
  for (const key of ["minStake", "maxStake", "maxVaultStake"] as const) {
    if (f[key].trim()) {
      const parsed = parse(f[key], WVARA);
      if ("error" in parsed) {
        return { error: `${key}: ${parsed.error}` };
      }
      q.set(key, parsed.amount.toString());
    }
  }
  for (const m of f.moves) {
    if (!m.operator && !m.amount.trim()) {
      continue;
    }
    if (!m.operator) {
      return { error: "Choose the operator whose stake changes." };
    }
    const parsed = parse(m.amount, WVARA);
    if ("error" in parsed) {
      return { error: `Stake that comes or goes: ${parsed.error}` };
    }
    q.append("stake", `${m.operator}${m.vault ? `/${m.vault}` : ""}:${m.sign}${parsed.amount}`);
  }
  f.leave.forEach((o) => q.append("leave", o));
  return { query: q.toString() };
}

export function Simulator(p: { set: number; rules: S["Parameters"] | undefined }) {
  const operators = usePages<S["Operator"]>(`/v1/sets/${p.set}/operators`, 200);
  const vaults = usePages<S["Vault"]>(`/v1/sets/${p.set}/vaults`, 200);
  const [form, set] = useState<Form>(empty);
  const [asked, ask] = useState<string | null>(null);
  const [error, setError] = useState("");
  const now = (amount: string | undefined) => (amount ? `now ${exact(big(amount), WVARA)}` : "");
  const field = (key: "seats" | "minStake" | "maxStake" | "maxVaultStake", label: string, placeholder: string) => (
    <div class="field">
      <label for={`sim-${key}`}>{label}</label>
      <input id={`sim-${key}`} data-testid={`sim-${key}`} inputMode="decimal" autocomplete="off" placeholder={placeholder} value={form[key]} onInput={(e) => set({ ...form, [key]: e.currentTarget.value })} />
    </div>
  );
  const move = (i: number, change: Partial<Move>) => set({ ...form, moves: form.moves.map((m, j) => (i === j ? { ...m, ...change } : m)) });
  const submit = (e: Event) => {
    e.preventDefault();
    const q = question(form);
    setError("error" in q ? q.error : "");
    if ("query" in q) {
      ask(`/v1/sets/${p.set}/simulation?${q.query}`);
    }
  };
  return (
    <Panel title="Simulate the next election" testid="simulator">
      <form onSubmit={submit}>
        <div class="fields">
          {field("seats", "Seats", p.rules ? `now ${p.rules.maxExecutors}` : "")}
          {field("minStake", "Least stake, wVARA", now(p.rules?.minStake))}
          {field("maxStake", "Most that counts, wVARA", now(p.rules?.maxStake))}
          {field("maxVaultStake", "Most in one vault, wVARA", now(p.rules?.maxVaultStake))}
        </div>
        <fieldset>
          <legend>Stake that comes or goes</legend>
          {form.moves.map((m, i) => (
            <div class="row wrap" key={i}>
              <select aria-label={`Operator of move ${i + 1}`} value={m.operator} data-testid={`sim-operator-${i}`} onChange={(e) => move(i, { operator: e.currentTarget.value })}>
                <option value="">operator…</option>
                {operators.items?.map((o) => <option key={o.operator} value={o.operator}>{short(o.operator)}</option>)}
              </select>
              <select aria-label={`Vault of move ${i + 1}`} value={m.vault} onChange={(e) => move(i, { vault: e.currentTarget.value })}>
                <option value="">in any vault</option>
                {vaults.items?.map((v) => <option key={v.vault} value={v.vault}>{short(v.vault)}</option>)}
              </select>
              <select aria-label={`Direction of move ${i + 1}`} value={m.sign} onChange={(e) => move(i, { sign: e.currentTarget.value === "-" ? "-" : "+" })}>
                <option value="+">comes</option>
                <option value="-">goes</option>
              </select>
              <input aria-label={`Amount of move ${i + 1}, wVARA`} inputMode="decimal" placeholder="wVARA" value={m.amount} data-testid={`sim-amount-${i}`} onInput={(e) => move(i, { amount: e.currentTarget.value })} />
            </div>
          ))}
          {form.moves.length < 8 && <button type="button" class="link" onClick={() => set({ ...form, moves: [...form.moves, nothing] })}>Add another</button>}
        </fieldset>
        <details>
          <summary>Operators that leave{form.leave.length ? ` (${form.leave.length})` : ""}</summary>
          <div class="checks">
            {operators.items?.map((o) => (
              <label key={o.operator}>
                <input type="checkbox" checked={form.leave.includes(o.operator)} onChange={(e) => set({ ...form, leave: e.currentTarget.checked ? [...form.leave, o.operator] : form.leave.filter((x) => x !== o.operator) })} /> {short(o.operator)}
              </label>
            ))}
          </div>
        </details>
        <p class="actions">
          <button type="submit" class="primary" data-testid="sim-go">Simulate</button>
          <button type="button" onClick={() => { set(empty); ask(null); setError(""); }}>Clear</button>
        </p>
        {error && <p class="wrong" role="alert" data-testid="sim-error">{error}</p>}
      </form>
      {asked && <Result path={asked} />}
    </Panel>
  );
}

const short = (a: string) => `${a.slice(0, 8)}…${a.slice(-4)}`;

function Result(p: { path: string }) {
  const got = useGet<S["Simulation"]>(p.path);
  return (
    <Show of={got} lines={6}>
      {(s) => (
        <div data-testid="sim-result" role="status">
          <Table
            name="Before and after"
            rows={sides(s)}
            id={(r) => r.name}
            columns={[
              { head: `Era ${s.era}`, cell: (r) => r.name },
              { head: "As it is", cell: (r) => r.before },
              { head: "As it would be", cell: (r) => r.after },
            ]}
          />
          <h3>Operators that are elected or change</h3>
          {s.items.length === 0 ? (
            <Empty>Nobody would be elected, and nobody is.</Empty>
          ) : (
            <Table
              name="Operators before and after"
              rows={s.items}
              id={(r) => r.operator}
              tone={(r) => (r.before?.elected === r.after?.elected ? "" : r.after?.elected ? "gained" : "lost")}
              columns={[
                { head: "Operator", cell: (r) => <Operator of={r.operator} />, by: (r) => r.operator },
                { head: "As it is", cell: (r) => <One of={r.before} />, by: (r) => r.before?.rank ?? 1000 },
                { head: "As it would be", cell: (r) => <One of={r.after} />, by: (r) => r.after?.rank ?? 1000 },
                { head: "Weight before", number: true, unit: "wVARA", cell: (r) => <Amount of={r.before?.weight} bare />, by: (r) => big(r.before?.weight) },
                { head: "Weight after", number: true, unit: "wVARA", cell: (r) => <Amount of={r.after?.weight} bare />, by: (r) => big(r.after?.weight) },
              ]}
            />
          )}
        </div>
      )}
    </Show>
  );
}

function sides(s: S["Simulation"]) {
  const row = (name: string, of: (x: S["SimulatedSide"]) => preact.ComponentChildren) => ({ name, before: of(s.before), after: of(s.after) });
  return [
    row("Executors", (x) => `${x.executors} of ${x.rules.maxExecutors}`),
    row("Total weight", (x) => <Amount of={x.total} />),
    row("To stop every quorum", (x) => <TakeoverWords of={x.toStop} />),
    row("To certify alone", (x) => <TakeoverWords of={x.toCertifyAlone} />),
  ];
}

function One(p: { of: S["SimulatedOne"] | undefined }) {
  if (!p.of) {
    return <span class="faint">not there</span>;
  }
  return (
    <span>
      {p.of.rank ? `${p.of.rank}. ` : ""}
      <ReasonWords noun="election" code={p.of.reason} tone={toneOfReason(p.of.elected, p.of.reason)} />
    </span>
  );
}
