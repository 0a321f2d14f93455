// A set's parameters, and what was announced to change.
import { percent } from "../amount";
import { type S } from "../api";
import { href } from "../router";
import { Amount, Badge, Facts, Panel } from "./Bits";
import { Empty } from "./States";

type P = S["Parameters"];
type Key = keyof P;

const amounts = new Set<Key>(["minStake", "maxStake", "maxVaultStake", "eraReward", "bountyCap", "proposerReward", "batchReward", "messageFee", "bond"]);
const parts = new Set<Key>(["eraRateBps", "equivocationBps", "wrongResultBps", "bountyBps"]);

const names: [Key, string][] = [
  ["maxExecutors", "Seats"],
  ["minStake", "Least stake of an operator"],
  ["maxStake", "Most stake of an operator that counts"],
  ["maxVaultStake", "Most in one vault that counts"],
  ["eraReward", "An era reserves at most"],
  ["emissionRule", "Emission rule"],
  ["eraRateBps", "Rate of the total weight"],
  ["performanceRule", "Performance rule"],
  ["performanceFloor", "Performance floor"],
  ["equivocationBps", "An equivocation costs"],
  ["wrongResultBps", "A wrong result costs"],
  ["bountyBps", "Bounty for a report"],
  ["bountyCap", "Bounty at most"],
  ["jailEras", "Eras in jail"],
  ["proposerReward", "For a proposer"],
  ["batchReward", "For who posts a batch"],
  ["messageFee", "Fee of a message"],
  ["bond", "Bond of a first proposal"],
];

function Value(p: { of: P; name: Key }) {
  const v = p.of[p.name];
  if (amounts.has(p.name)) {
    return <Amount of={String(v)} />;
  }
  if (parts.has(p.name)) {
    return <>{percent(Number(v))}</>;
  }
  switch (p.name) {
    case "emissionRule":
      return <>{v === 0 ? "fixed" : v === 1 ? "rate" : v}</>;
    case "performanceRule":
      return <>{v === 0 ? "linear" : v === 1 ? "strict" : v}</>;
    case "performanceFloor":
      return <Amount of={String(v)} unit={{ name: "of 1", decimals: 18 }} />;
    default:
      return <>{v}</>;
  }
}

export function ParametersPanel(p: { of: S["Set"] }) {
  const s = p.of;
  return (
    <Panel title={`Parameters of operator set ${s.set}`}>
      <p class="faint">Those of the next era to be captured.</p>
      <Facts class="wide" of={names.map(([key, name]) => [name, <Value of={s.parameters} name={key} />])} />
      <h3>Announced</h3>
      {s.announced.length === 0 ? (
        <Empty>No change is announced.</Empty>
      ) : (
        s.announced.map((a) => {
          const other = names.filter(([key]) => String(a.parameters[key]) !== String(s.parameters[key]));
          return (
            <div key={a.era}>
              <p>
                From <a href={href("era")}>era {a.era}</a> on <Badge tone="info">{other.length} change</Badge>
              </p>
              <Facts class="wide" of={other.map(([key, name]) => [name, <><Value of={s.parameters} name={key} /> → <Value of={a.parameters} name={key} /></>])} />
            </div>
          );
        })
      )}
    </Panel>
  );
}
