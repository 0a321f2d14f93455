// What a reader chose, kept in the browser: light or dark, and whether every digit and UTC times are shown. The theme is an
// attribute of the document before anything is drawn.
import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const listeners = new Set<() => void>();

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
}

export function keep(key: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, value);
    }
  } catch {
    // a browser that keeps nothing
  }
  listeners.forEach((f) => f());
}

export function remembered(key: string): string | null {
  return kept(key);
}

export function theme(): Theme {
  const chosen = kept("roster.theme");
  if (chosen === "light" || chosen === "dark") {
    return chosen;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function apply(): void {
  document.documentElement.setAttribute("data-theme", theme());
}

export function start(): void {
  apply();
  listeners.add(apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => listeners.forEach((f) => f()));
}

export function useSettings(): { theme: Theme; exact: boolean } {
  const [, set] = useState(0);
  useEffect(() => {
    const update = () => set((n) => n + 1);
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return { theme: theme(), exact: kept("roster.exact") === "yes" };
}
