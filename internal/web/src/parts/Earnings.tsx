// An account's amount as a sum that a person can follow: what was carried, then each part of each era.
import { type S, useGet } from "../api";
import { exact, big, WVARA } from "../amount";
import { currentSet } from "../router";
import { Amount, Operator, ReasonWords, VaultName } from "./Bits";
import { Empty, Show } from "./States";

export function EarningsPanel(p: { account: string; era: string }) {
  const got = useGet<S["Earnings"]>(`/v1/sets/${currentSet()}/stakers/${p.account}/earnings${p.era ? `?era=${p.era}` : ""}`);
  return (
    <Show of={got} lines={6}>
      {(e) => {
        const roles = [...new Set(e.steps.map((s) => s.role))];
        return roles.length === 0 ? (
          <Empty>This account earned nothing in it.</Empty>
        ) : (
          <>
            <p class="faint">{e.fromEra === e.toEra ? `Commit of era ${e.toEra}` : `Commit of eras ${e.fromEra} to ${e.toEra}`}. What is marked with + adds up to the amount; the other steps lead to it. Every division is rounded down.</p>
            {roles.map((role) => (
              <Sum key={role} role={role} steps={e.steps.filter((s) => s.role === role)} />
            ))}
          </>
        );
      }}
    </Show>
  );
}

/** The steps that add up to the last one; the others lead to them. None, when they do not add up to it. */
function addends(steps: S["EarnStep"][]): Set<S["EarnStep"]> {
  const last = steps[steps.length - 1];
  const list = steps.filter((s) => s !== last && (s.reason === "carried" || s.reason === (s.role === "operator" ? "commission" : "staker_paid")));
  const sum = list.reduce((n, s) => n + big(s.amount), 0n);
  return new Set(last && sum === big(last.amount) ? list : []);
}

function Sum(p: { role: string; steps: S["EarnStep"][] }) {
  const added = addends(p.steps);
  return (
    <div class="sum" data-testid={`earnings-${p.role}`}>
      <h3>As {p.role}</h3>
      <ol class="plain">
        {p.steps.map((s, i) => (
          <li key={i} class={i === p.steps.length - 1 ? "total" : added.has(s) ? "addend" : ""}>
            <div class="spread">
              <span class="badges">
                <ReasonWords noun="reward" code={s.reason} />
                {s.era !== undefined && <span class="faint">era {s.era}</span>}
                {s.operator && <Operator of={s.operator} />}
                {s.vault && <VaultName of={s.vault} />}
              </span>
              <span>
                {added.has(s) ? "+ " : i === p.steps.length - 1 && added.size > 0 ? "= " : ""}
                <Amount of={s.amount} />
              </span>
            </div>
            {s.formula && (
              <details>
                <summary>
                  <code>{s.formula}</code>
                </summary>
                <dl class="terms">
                  {s.terms.map((t) => (
                    <div key={t.name}>
                      <dt>
                        <code>{t.name}</code>
                      </dt>
                      <dd class="anywhere">{t.value}</dd>
                    </div>
                  ))}
                  <div>
                    <dt>result</dt>
                    <dd class="anywhere">
                      {s.amount} base units, {exact(big(s.amount), WVARA)} wVARA
                    </dd>
                  </div>
                </dl>
              </details>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
