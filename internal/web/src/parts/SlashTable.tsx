// Slash cases, each on its clock.
import { type S } from "../api";
import { href } from "../router";
import { Account, Amount, Badge, Facts, Hash, Operator, ReasonLong, ReasonWords, type Tone, useUnit, VaultName, When } from "./Bits";
import { Table } from "./Table";
import { type Moment, type Span, TimeBar } from "./TimeBar";

export function toneOfSlash(s: S["Slash"]): Tone {
  switch (s.nextStep) {
    case "execute":
    case "request":
    case "report":
      return "warn";
    case "wait":
      return "info";
    default:
      return s.executedAt ? "bad" : "plain";
  }
}

const steps: Record<S["Slash"]["nextStep"], string> = {
  nothing: "nothing more",
  report: "report it",
  request: "request it",
  execute: "execute it",
  wait: "wait",
};

export function NextStep(p: { of: S["Slash"] }) {
  return (
    <>
      {steps[p.of.nextStep] ?? p.of.nextStep}
      {p.of.until ? <>, last moment <When at={p.of.until} /></> : null}
    </>
  );
}

export function SlashTable(p: { rows: S["Slash"][] }) {
  return (
    <Table
      name="Slash cases"
      rows={p.rows}
      id={(s) => s.id}
      columns={[
        { head: "Era", number: true, cell: (s) => s.era, by: (s) => s.era },
        { head: "Offence", cell: (s) => s.kind, by: (s) => s.kind },
        { head: "Vault", cell: (s) => <VaultName of={s.vault} />, by: (s) => s.vault },
        { head: "Status", cell: (s) => <ReasonWords noun="slash" code={s.reason} text={s.text} tone={toneOfSlash(s)} />, by: (s) => s.status },
        { head: "Penalty", number: true, cell: (s) => <Of s={s} amount={s.penalty} /> },
        { head: "Takeable", number: true, cell: (s) => <Of s={s} amount={s.takeable} /> },
        { head: "Next", cell: (s) => <NextStep of={s} /> },
        { head: "Case", cell: () => <a href={href("slashing")}>clock</a> },
      ]}
    />
  );
}

function Of(p: { s: S["Slash"]; amount: string }) {
  return <Amount of={p.amount} unit={useUnit(p.s.collateral)} />;
}

/** One case: its time bar, and what it can take. */
export function SlashCase(p: { of: S["Slash"] }) {
  const s = p.of;
  const unit = useUnit(s.collateral);
  return (
    <article class="panel case" data-testid="slash-case" aria-label={`Slash ${s.id}`}>
      <header>
        <h2>
          {s.kind.replaceAll("_", " ")} in era {s.era}
        </h2>
        <div class="aside badges">
          <Badge tone="plain">{s.status.replaceAll("_", " ")}</Badge>
          <ReasonWords noun="slash" code={s.reason} text={s.text} tone={toneOfSlash(s)} />
        </div>
      </header>
      <ReasonLong noun="slash" code={s.reason} />
      <TimeBar name={`Slash ${s.id}`} {...clockOf(s)} />
      <Facts
        class="wide"
        of={[
          ["Operator", <Operator of={s.operator} />],
          ["Vault", <VaultName of={s.vault} />],
          ["Penalty, as requested", <Amount of={s.penalty} unit={unit} />],
          ["Slashable now", <Amount of={s.slashable} unit={unit} />],
          ["Takeable now", <Amount of={s.takeable} unit={unit} />],
          ["Who can veto", <Account of={s.resolver} none="nobody" />],
          ["Next step", <NextStep of={s} />],
          ["Reported by", <Account of={s.reporter} none="nobody yet" />],
          ["Evidence, transaction", <Hash of={s.evidence} what="transaction" />],
        ]}
      />
    </article>
  );
}

/** Evidence, request, veto, execution, and the deadline of each that did not happen. */
function clockOf(s: S["Slash"]): { lanes: Span[][]; moments: Moment[] } {
  const moments: Moment[] = [{ name: "Capture", at: s.capture }];
  const spans: Span[] = [];
  const add = (name: string, at: number | undefined, note?: string) => {
    if (at) {
      moments.push({ name, at, note });
    }
  };
  const span = (name: string, from: number | undefined, to: number | undefined, tone: string) => {
    if (from && to && to > from) {
      spans.push({ name, from, to, tone });
    }
  };
  if (s.reportedAt) {
    add("Evidence reported", s.reportedAt);
  } else {
    add("Report by", s.reportBy, "deadline");
  }
  if (s.requestedAt) {
    add("Requested", s.requestedAt);
    span("waited for the request", s.reportedAt, s.requestedAt, "two");
  } else {
    add("Request by", s.requestBy, "deadline");
    span("can be requested", s.reportedAt, s.requestBy, "two");
  }
  add("Veto ends", s.vetoUntil);
  span("veto window", s.requestedAt, s.vetoUntil, "warnspan");
  if (s.executeFrom && s.executeFrom !== s.vetoUntil) {
    add("Executable from", s.executeFrom);
  }
  if (s.executedAt) {
    add("Executed", s.executedAt);
  }
  add("Execute by", s.executeBy, s.executedAt ? "was the deadline" : "deadline");
  const from = s.executeFrom ?? s.vetoUntil;
  span("older cases come first", s.vetoUntil, s.executeFrom, "one");
  if (s.executedAt) {
    span("waited for the execution", from, s.executedAt, "fail");
    span("was left until the deadline", s.executedAt, s.executeBy, "faintspan");
  } else {
    span("can be executed", from, s.executeBy, "fail");
  }
  moments.sort((a, b) => a.at - b.at);
  return { lanes: [spans], moments };
}
