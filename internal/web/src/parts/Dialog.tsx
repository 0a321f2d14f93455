// A dialog of the browser's own: it keeps the focus inside, closes with Esc, and gives the focus back.
import { type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Dialog(p: { title: string; onClose: () => void; children: ComponentChildren; testid?: string }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog ref={ref} aria-label={p.title} onClose={p.onClose} data-testid={p.testid}>
      <header>
        <h2>{p.title}</h2>
        <button type="button" class="close" aria-label="Close" onClick={() => ref.current?.close()}>
          ✕
        </button>
      </header>
      {p.children}
    </dialog>
  );
}
