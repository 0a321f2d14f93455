// Addresses of pages stand after the #, so that the server need not know them: #/operators/0x…?set=1.
import { useEffect, useState } from "preact/hooks";

export type Route = { page: string; args: string[]; query: URLSearchParams };

export function read(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean);
  return { page: parts[0] ?? "era", args: parts.slice(1).map(decode), query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function currentSet(): number {
  const text = read(location.hash).query.get("set") ?? "0";
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** The address of a page, in the set that is looked at. */
export function href(page: string, ...args: (string | number)[]): string {
  return hrefIn(currentSet(), page, ...args);
}

export function hrefIn(set: number, page: string, ...args: (string | number)[]): string {
  const path = [page, ...args.map((a) => encodeURIComponent(String(a)))].join("/");
  return `#/${path}${set ? `?set=${set}` : ""}`;
}

export function go(page: string, ...args: (string | number)[]): void {
  location.hash = href(page, ...args);
}

export function useRoute(): Route {
  const [hash, set] = useState(location.hash);
  useEffect(() => {
    const update = () => set(location.hash);
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return read(hash);
}
