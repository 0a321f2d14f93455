// The era: where its clock stands, who is in office, who is next, and the list that stands on chain.
import { useState } from "preact/hooks";
import { type S, useGet, usePages } from "../api";
import { useNow } from "../clock";
import { currentSet, href } from "../router";
import { Amount, Badge, Facts, Figure, Hash, Panel, When } from "../parts/Bits";
import { Candidates, TakeoverWords } from "../parts/Candidates";
import { ProposalCard } from "../parts/ProposalCard";
import { Empty, Loading, Problem, Show, ShowList } from "../parts/States";
import { type Moment, type Span, TimeBar } from "../parts/TimeBar";

export function EraPage() {
  const set = currentSet();
  const network = useGet<S["Network"]>("/v1/network");
  const here = useGet<S["Set"]>(`/v1/sets/${set}`);
  const clock = network.data?.clock;
  const present = clock?.started ? clock.era : undefined;
  const eras = clock ? [...(present === undefined ? [] : [present]), ...upcoming(present, clock.nextEra)] : [];
  return (
    <>
      <h1>{clock && present === undefined ? "Before era 0" : `Era ${present ?? "…"}`}</h1>
      {!network.data && network.failure ? <Problem of={network.failure} /> : !here.data && here.failure && <Problem of={here.failure} />}
      {here.data || !here.failure ? <Figures set={here.data} /> : null}
      <Panel title="Clock" testid="clock">
        {network.data ? eras.map((e) => <EraClock key={e} set={set} era={e} times={network.data?.times} eras={eras} what={e === present ? "present" : e === clock?.nextEra ? "next to be captured" : "captured, not begun"} />) : <Loading lines={10} />}
      </Panel>
      <Elected set={set} active={here.data?.active?.era} next={clock?.nextEra} known={here.data !== undefined} />
      <div class="columns">
        {eras.map((e) => (
          <ListPanel key={e} set={set} era={e} />
        ))}
      </div>
    </>
  );
}

/** Eras after the present one, up to the next to be captured. */
function upcoming(present: number | undefined, next: number): number[] {
  const first = present === undefined ? 0 : present + 1;
  return Array.from({ length: Math.min(3, Math.max(0, next - first + 1)) }, (_, i) => first + i);
}

function Figures(p: { set: S["Set"] | undefined }) {
  const s = p.set;
  return (
    <div class="figures">
      <Figure name="In office" note={s?.active ? `elected for era ${s.active.era}` : undefined}>
        {s ? (s.active ? `${s.active.executors} of ${s.parameters.maxExecutors} seats` : "nobody") : "…"}
      </Figure>
      <Figure name="Their weight" note={s?.active && <>until <When at={s.active.until} /> if nobody takes over</>}>
        {s?.active ? <Amount of={s.active.total} /> : s ? "–" : "…"}
      </Figure>
      <Figure name="Operators" note="ever registered">{s ? s.operators : "…"}</Figure>
      <Figure name="Vaults" note="enrolled">{s ? s.vaults : "…"}</Figure>
      <Figure name="Pot" note={s && <><Amount of={s.pot.reserved} /> reserved</>}>{s ? <Amount of={s.pot.free} /> : "…"}</Figure>
    </div>
  );
}

const phases: Record<S["Era"]["phase"], string> = {
  open: "stake still moves",
  captured: "stake is read",
  sealed: "sealed: the lottery is drawn",
  proposed: "a list stands",
  active: "in office",
  over: "over",
};

function EraClock(p: { set: number; era: number; times: S["Times"] | undefined; eras: number[]; what: string }) {
  const got = useGet<S["EraOf"]>(`/v1/sets/${p.set}/eras/${p.era}`);
  const t = useNow();
  return (
    <div class="eraclock" data-testid={`era-${p.era}`}>
      <Show of={got} lines={4}>
        {(e) => {
          const q = e.proposal;
          const lanes: Span[][] = [
            [
              { name: "stake becomes final", from: e.capture, to: e.sealableAt, tone: "one" },
              { name: "election", from: e.sealableAt, to: e.start, tone: "two" },
              { name: "the era", from: e.start, to: e.end, tone: "ok" },
              { name: "goes on if nobody takes over", from: e.end, to: e.lifetimeEnd, tone: "pale" },
            ],
          ];
          if (q) {
            lanes.push([{ name: "challenge window", from: q.postedAt, to: q.challengeUntil, tone: "warnspan" }]);
          }
          const moments: Moment[] = [
            { name: "Capture (cut-off)", at: e.capture },
            { name: "Sealable", at: e.sealableAt, note: e.sealed ? "sealed" : t !== null && t >= e.sealableAt ? "not sealed yet" : undefined },
            ...(q ? [{ name: "Challenge window ends", at: q.challengeUntil }] : []),
            { name: "Start", at: e.start },
            { name: "End", at: e.end },
            { name: "Lifetime ends", at: e.lifetimeEnd },
          ];
          return (
            <>
              <h3 class="spread">
                <span>
                  Era {e.era} <span class="faint">{p.what}</span>
                </span>
                <Badge tone={e.phase === "active" ? "good" : "info"}>{phases[e.phase] ?? e.phase}</Badge>
              </h3>
              <TimeBar name={`Era ${e.era}`} lanes={lanes} moments={moments} bare={p.era !== p.eras[0]} {...commonScale(p.times, p.eras)} />
            </>
          );
        }}
      </Show>
    </div>
  );
}

/** One scale for all eras that are shown, so that now stands at one place. */
function commonScale(t: S["Times"] | undefined, eras: number[]): { from?: number; to?: number } {
  const [first, last] = [eras[0], eras[eras.length - 1]];
  if (!t || first === undefined || last === undefined) {
    return {};
  }
  return { from: t.genesis + first * t.eraDuration - t.electionLead, to: t.genesis + last * t.eraDuration + t.setLifetime };
}

function ListPanel(p: { set: number; era: number }) {
  const got = useGet<S["EraOf"]>(`/v1/sets/${p.set}/eras/${p.era}`);
  const t = useNow();
  return (
    <Panel title={`The list for era ${p.era}`} testid={`list-${p.era}`}>
      <Show of={got} lines={8}>
        {(e) => (
          <>
            {e.proposal ? (
              <ProposalCard of={e.proposal} />
            ) : (
              <Empty>
                {t !== null && t < e.sealableAt ? "No list yet: it can be posted once the era is sealable." : t !== null && t > e.proposeUntil ? "No list was posted, and it is too late for one." : "No list yet. Anyone may post one."}
              </Empty>
            )}
            {e.discarded > 0 && <p>{e.discarded === 1 ? "One list was" : `${e.discarded} lists were`} proven wrong before.</p>}
            <h3>Deadlines</h3>
            <Facts
              of={[
                ["Lists can be posted until", <When at={e.proposeUntil} />],
                ["Offences can be reported until", <When at={e.reportUntil} />],
                ["Slashes can be requested until", <When at={e.requestUntil} />],
                ["Closed for rewards", <When at={e.closedAt} none="not yet" />],
                ["Seed of the lottery", <Hash of={e.seed} what="seed" none="not drawn yet" />],
              ]}
            />
          </>
        )}
      </Show>
    </Panel>
  );
}

function Elected(p: { set: number; active: number | undefined; next: number | undefined; known: boolean }) {
  const [which, choose] = useState<"office" | "next">("office");
  const office = which === "office" && p.active !== undefined;
  const era = office ? p.active : "next";
  const list = usePages<S["Candidacy"]>(p.known && era !== undefined ? `/v1/sets/${p.set}/elections/${era}` : null, 200);
  const election = list.first as S["Election"] | undefined;
  const tabs = (
    <div class="segments" role="group" aria-label="Which election">
      {p.active !== undefined && (
        <button type="button" aria-pressed={office} onClick={() => choose("office")} data-testid="elected-office">
          In office
        </button>
      )}
      <button type="button" aria-pressed={!office} onClick={() => choose("next")} data-testid="elected-next">
        Next
      </button>
    </div>
  );
  return (
    <Panel title={office ? `Elected for era ${p.active}` : `Election of era ${p.next ?? "…"} as it would be now`} aside={tabs}>
      {!p.known ? (
        <Loading lines={8} />
      ) : (
        <ShowList of={list} lines={8} empty="No operator has registered in this set yet.">
          {(items) => (
            <>
              {election && (
                <p class="faint">
                  {election.executors} of {election.seats} seats taken, total weight <Amount of={election.total} />. To stop every quorum: <TakeoverWords of={election.toStop} />.{" "}
                  <a href={href("elections", era ?? "next")}>All of this election</a>
                </p>
              )}
              <Candidates items={items} name={`Operators in the election of era ${era}`} era={era ?? "next"} />
            </>
          )}
        </ShowList>
      )}
    </Panel>
  );
}
