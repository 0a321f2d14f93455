// An address that somebody types, to look at.
import { useEffect, useState } from "preact/hooks";
import { isAddress } from "viem";

export function AccountForm(p: { value: string; onAccount: (account: string) => void; id: string; action: string }) {
  const [text, set] = useState(p.value);
  const [tried, setTried] = useState(false);
  useEffect(() => set(p.value), [p.value]);
  const ok = isAddress(text.trim(), { strict: false });
  const wrong = tried && !ok;
  return (
    <form
      class="field"
      onSubmit={(e) => {
        e.preventDefault();
        setTried(true);
        if (ok) {
          p.onAccount(text.trim());
        }
      }}
    >
      <label for={p.id}>Account</label>
      <div class="row">
        <input id={p.id} data-testid={p.id} class="long" value={text} placeholder="0x…" spellcheck={false} autocomplete="off" aria-invalid={wrong} aria-describedby={`${p.id}-note`} onInput={(e) => set(e.currentTarget.value)} />
        <button type="submit" data-testid={`${p.id}-go`}>
          {p.action}
        </button>
      </div>
      <p id={`${p.id}-note`} class={wrong ? "wrong" : "faint"} role={wrong ? "alert" : undefined}>
        {wrong ? "An address is 0x and 40 hexadecimal digits." : "No wallet is needed to look."}
      </p>
    </form>
  );
}
