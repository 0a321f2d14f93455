// An amount that somebody types: exact, with what is wrong said beside it.
import { type Parsed, type Unit, exact, parse } from "../amount";

export function AmountInput(p: {
  id: string;
  label: string;
  unit: Unit;
  value: string;
  onValue: (text: string) => void;
  most?: bigint;
  mostWords?: string;
  tried?: boolean;
}) {
  const checked = check(p.value, p.unit, p.most, p.mostWords);
  const wrong = "error" in checked && (p.value !== "" || p.tried === true);
  return (
    <div class="field">
      <label for={p.id}>{p.label}</label>
      <div class="row">
        <input
          id={p.id}
          data-testid={p.id}
          inputMode="decimal"
          autocomplete="off"
          value={p.value}
          aria-invalid={wrong}
          aria-describedby={`${p.id}-note`}
          onInput={(e) => p.onValue(e.currentTarget.value)}
        />
        <span class="unit">{p.unit.name}</span>
        {p.most !== undefined && p.most > 0n && (
          <button type="button" onClick={() => p.onValue(exact(p.most ?? 0n, p.unit).replaceAll(",", ""))} data-testid={`${p.id}-all`}>
            All
          </button>
        )}
      </div>
      <p id={`${p.id}-note`} class={wrong ? "wrong" : "faint"} role={wrong ? "alert" : undefined}>
        {wrong && "error" in checked ? checked.error : p.most !== undefined ? `${p.mostWords ?? "You have"} ${exact(p.most, p.unit)} ${p.unit.name}.` : " "}
      </p>
    </div>
  );
}

/** What was typed, as an amount above 0 and not above most. */
export function check(text: string, unit: Unit, most?: bigint, mostWords = "You have"): Parsed {
  const parsed = parse(text, unit);
  if ("error" in parsed) {
    return parsed;
  }
  if (parsed.amount === 0n) {
    return { error: "Enter more than 0." };
  }
  if (most !== undefined && parsed.amount > most) {
    return { error: `${mostWords} ${exact(most, unit)} ${unit.name}; this is ${exact(parsed.amount - most, unit)} more.` };
  }
  return parsed;
}
