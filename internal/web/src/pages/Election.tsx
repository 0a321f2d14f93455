// One election: every operator, who changed, what it takes to stop it. Or why one operator is in or out of it.
import { type S, useGet, usePages } from "../api";
import { currentSet, href, useRoute } from "../router";
import { Amount, Facts, Operator, Panel, When } from "../parts/Bits";
import { Candidates, TakeoverWords } from "../parts/Candidates";
import { ShowList, Show } from "../parts/States";
import { ProposalCard } from "../parts/ProposalCard";
import { OnChain } from "./Elections";
import { Needs, StakePanel } from "./Operator";

export function ElectionPage(p: { era: string }) {
  const operator = useRoute().args[1];
  return (
    <>
      <p class="crumbs">
        <a href={href("elections")}>Elections</a>
        {operator && (
          <>
            {" / "}
            <a href={href("elections", p.era)}>{p.era === "next" ? "The next one" : `Era ${p.era}`}</a>
          </>
        )}
      </p>
      {operator ? <Why era={p.era} operator={operator} /> : <Whole era={p.era} />}
    </>
  );
}

function Whole(p: { era: string }) {
  const set = currentSet();
  const next = p.era === "next";
  const list = usePages<S["Candidacy"]>(`/v1/sets/${set}/elections/${encodeURIComponent(p.era)}`, 200);
  const e = list.first as S["Election"] | undefined;
  const clock = useGet<S["EraOf"]>(next ? null : `/v1/sets/${set}/eras/${encodeURIComponent(p.era)}`);
  return (
    <>
      <h1>{next ? `Next election${e ? `, era ${e.era}` : ""}` : `Election of era ${p.era}`}</h1>
      <ShowList of={list} lines={12} empty="No operator had registered in this set.">
        {(items) => (
          <>
            {e && <Summary e={e} />}
            {clock.data?.proposal && (
              <Panel title="The list that stands">
                <ProposalCard of={clock.data.proposal} />
              </Panel>
            )}
            <Panel title="Every operator">
              <Candidates items={items} name="Operators in this election" era={next ? "next" : (e?.era ?? 0)} />
            </Panel>
          </>
        )}
      </ShowList>
    </>
  );
}

function Summary(p: { e: S["Election"] }) {
  const { e } = p;
  return (
    <Panel title={e.captured ? "Result" : "As it would be if nothing changed until the cut-off"} aside={<OnChain of={e} />}>
      <Facts
        class="wide"
        of={[
          ["Capture (cut-off)", <When at={e.capture} />],
          ["Lottery", e.sealed ? "drawn" : "not drawn: ties are open"],
          ["Executors", `${e.executors} of ${e.seats} seats`],
          ["Total weight", <Amount of={e.total} />],
          ["Weight of the last seat", e.lastWeight === undefined ? "nobody elected" : <Amount of={e.lastWeight} />],
          ["Joined", e.joined],
          ["Left", e.left],
          ["Least stake", <Amount of={e.rules.minStake} />],
          ["Most stake that counts", <Amount of={e.rules.maxStake} />],
          ["Most in one vault that counts", <Amount of={e.rules.maxVaultStake} />],
          ["To stop every quorum", <TakeoverWords of={e.toStop} />],
          ["To certify alone", <TakeoverWords of={e.toCertifyAlone} />],
        ]}
      />
    </Panel>
  );
}

function Why(p: { era: string; operator: string }) {
  const got = useGet<S["Explanation"]>(`/v1/sets/${currentSet()}/elections/${encodeURIComponent(p.era)}/operators/${encodeURIComponent(p.operator)}`);
  return (
    <>
      <h1 class="address">
        <Operator of={p.operator} whole />
      </h1>
      <Show of={got} lines={12}>
        {(x) => (
          <>
            <Needs of={x} />
            <StakePanel of={x} />
          </>
        )}
      </Show>
    </>
  );
}
