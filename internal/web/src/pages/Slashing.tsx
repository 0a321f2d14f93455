// Slash cases of the set: evidence, request, veto, execution, each with its deadline.
import { useState } from "preact/hooks";
import { type S, usePages } from "../api";
import { currentSet } from "../router";
import { ShowList } from "../parts/States";
import { SlashCase } from "../parts/SlashTable";

export function SlashingPage() {
  const [open, set] = useState(false);
  const list = usePages<S["Slash"]>(`/v1/sets/${currentSet()}/slashes${open ? "?open=true" : ""}`, 20);
  return (
    <>
      <h1>Slashing</h1>
      <p class="intro">
        An offence is proven by the offender's own signatures, and jails it at once. What it costs is taken vault by vault, after a window in which the vault's resolver can veto.
      </p>
      <div class="segments" role="group" aria-label="Which cases">
        <button type="button" aria-pressed={!open} onClick={() => set(false)} data-testid="slashes-all">
          All
        </button>
        <button type="button" aria-pressed={open} onClick={() => set(true)} data-testid="slashes-open">
          Open
        </button>
      </div>
      <ShowList of={list} lines={10} empty={open ? "No case is open." : "No offence was ever proven in this set."}>
        {(items) => (
          <div class="stack">
            {items.map((s) => (
              <SlashCase key={s.id} of={s} />
            ))}
          </div>
        )}
      </ShowList>
    </>
  );
}
