// A table that sorts by its heads and becomes a card per row where the page is narrow.
import { type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { compare } from "../amount";

type Key = bigint | number | string;

export type Column<R> = {
  head: string;
  cell: (row: R) => ComponentChildren;
  /** By what it sorts; missing: it does not. */
  by?: (row: R) => Key;
  number?: boolean;
  /** Of all its amounts. */
  unit?: string;
};

type Order = { column: number; down: boolean };

function order(a: Key, b: Key): number {
  if (typeof a === "bigint" && typeof b === "bigint") {
    return compare(a, b);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows in order of a column; equals stay as they came. */
function sorted<R>(rows: R[], columns: Column<R>[], by: Order | undefined): R[] {
  const key = by && columns[by.column]?.by;
  if (!key) {
    return rows;
  }
  const list = [...rows].sort((a, b) => order(key(a), key(b)));
  return by.down ? list.reverse() : list;
}

export function Table<R>(p: {
  name: string;
  rows: R[];
  columns: Column<R>[];
  id: (row: R) => string;
  tone?: (row: R) => string;
  first?: Order;
  testid?: string;
}) {
  const [by, set] = useState<Order | undefined>(p.first);
  const rows = sorted(p.rows, p.columns, by);
  const press = (column: number) => {
    const numbers = p.columns[column]?.number ?? false;
    set(by?.column === column ? { column, down: !by.down } : { column, down: numbers });
  };
  return (
    <div class="scroll" role="region" aria-label={p.name} tabIndex={0}>
      <table role="table" aria-label={p.name} data-testid={p.testid}>
        <thead role="rowgroup">
          <tr role="row">
            {p.columns.map((c, i) => (
              <th
                key={c.head}
                role="columnheader"
                scope="col"
                class={`${c.number ? "number" : ""} ${c.by ? "" : "still"}`}
                aria-sort={by?.column === i ? (by.down ? "descending" : "ascending") : undefined}
              >
                {c.by ? (
                  <button type="button" class="sort" onClick={() => press(i)}>
                    {c.head}
                    {c.unit && <span class="unit"> {c.unit}</span>}
                    <span aria-hidden="true">{by?.column === i ? (by.down ? " ▾" : " ▴") : " "}</span>
                  </button>
                ) : (
                  <>
                    {c.head}
                    {c.unit && <span class="unit"> {c.unit}</span>}
                  </>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={p.id(row)} role="row" class={p.tone?.(row)}>
              {p.columns.map((c) => (
                <td key={c.head} role="cell" class={c.number ? "number" : undefined} data-label={c.unit ? `${c.head}, ${c.unit}` : c.head}>
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
