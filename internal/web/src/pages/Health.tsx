// The node: how it does, its ways to the chain, what it wants to send, what a doctor finds, and what just happened.
import { type S, useGet } from "../api";
import { useEvents } from "../live";
import { currentSet } from "../router";
import { Account, Badge, Facts, Figure, Panel, type Tone, When } from "../parts/Bits";
import { Empty, Show } from "../parts/States";
import { Table } from "../parts/Table";

const codes: Record<S["Health"]["code"], { words: string; tone: Tone }> = {
  ok: { words: "all that was due was done", tone: "good" },
  starting: { words: "starting", tone: "info" },
  stuck: { words: "stuck", tone: "bad" },
  gate_shut: { words: "its gate is shut", tone: "warn" },
  failing: { words: "failing", tone: "bad" },
};

export function HealthPage() {
  const health = useGet<S["Health"]>("/v1/health");
  return (
    <>
      <h1>Health</h1>
      <Show of={health} lines={12}>
        {(h) => <Node h={h} />}
      </Show>
      <Checks />
      <Feed />
    </>
  );
}

function Node(p: { h: S["Health"] }) {
  const { h } = p;
  const code = codes[h.code] ?? { words: h.code, tone: "plain" as Tone };
  return (
    <>
      <Panel title="This node" aside={<Badge tone={code.tone}>{code.words}</Badge>}>
        {h.detail && <p class="lead">{h.detail}</p>}
        <div class="figures">
          <Figure name="Block">{h.asOf.block}</Figure>
          <Figure name="Final block">{h.asOf.final}</Figure>
          <Figure name="Block's time"><When at={h.asOf.time} /></Figure>
          <Figure name="Peers">{h.peers}</Figure>
        </div>
        <Facts class="wide" of={[
          ["Sends from", <Account of={h.account} none="no account: it sends nothing" />],
          ["Signs", h.signs ? "yes, it has a BLS key" : "no, it has no BLS key"],
          ["Version", h.version],
        ]} />
      </Panel>
      <Panel title="Ways to the chain">
        <Table
          name="Endpoints"
          rows={h.endpoints}
          id={(e) => e.name}
          columns={[
            { head: "Endpoint", cell: (e) => <span class="anywhere">{e.name}</span>, by: (e) => e.name },
            { head: "State", cell: (e) => e.ofAnotherChain ? <Badge tone="bad">of another chain</Badge> : e.failuresInARow > 0 ? <Badge tone="bad">failing</Badge> : e.headIsNotTheOthers ? <Badge tone="warn">behind the others</Badge> : <Badge tone="good">answers</Badge> },
            { head: "Failures in a row", number: true, cell: (e) => e.failuresInARow, by: (e) => e.failuresInARow },
            { head: "Latency", number: true, cell: (e) => `${e.latencyMilliseconds} ms`, by: (e) => e.latencyMilliseconds },
          ]}
        />
      </Panel>
      <Panel title="What it wants to happen on chain">
        {h.intents.length === 0 ? (
          <Empty>Nothing is due.</Empty>
        ) : (
          <Table
            name="Intents"
            rows={h.intents}
            id={(i) => i.key}
            columns={[
              { head: "Intent", cell: (i) => <code class="anywhere">{i.key}</code>, by: (i) => i.key },
              { head: "Status", cell: (i) => <Badge tone={/fail|abandon|refus/.test(i.status) ? "bad" : /done|final|mined/.test(i.status) ? "good" : "info"}>{i.status}</Badge>, by: (i) => i.status },
              { head: "To", cell: (i) => <Account of={i.to} /> },
              { head: "Attempts", number: true, cell: (i) => i.attempts, by: (i) => i.attempts },
              { head: "Last refusal", cell: (i) => (i.reason ? <code class="anywhere">{i.reason}</code> : <span class="faint">none</span>) },
              { head: "Of use until", cell: (i) => <When at={i.by} />, by: (i) => i.by ?? 0 },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

// Severities of docs/doctor.md, and the same words of a whole report.
const order: Record<string, number> = { finding: 0, cannot_tell: 1, ok: 3 };
const tones: Record<string, Tone> = { finding: "bad", findings: "bad", cannot_tell: "warn", ok: "good" };

function Checks() {
  const got = useGet<S["Checks"]>(`/v1/checks?set=${currentSet()}`, 15_000);
  return (
    <Panel title="Checks" aside={got.data && <Badge tone={tones[got.data.status] ?? "plain"}>{got.data.status.replaceAll("_", " ")}</Badge>}>
      <Show of={got} lines={6}>
        {(c) =>
          c.items.length === 0 ? (
            <Empty>Nothing was looked at yet.</Empty>
          ) : (
            <Table
              name="Checks"
              rows={[...c.items].sort((a, b) => (order[a.severity] ?? 2) - (order[b.severity] ?? 2))}
              id={(x) => `${x.check}.${x.subject ?? ""}.${x.code ?? ""}.${x.text}`}
              columns={[
                { head: "Result", cell: (x) => <Badge tone={tones[x.severity] ?? "plain"}>{x.severity.replaceAll("_", " ")}</Badge>, by: (x) => order[x.severity] ?? 2 },
                { head: "Check", cell: (x) => <><code>{x.check.replaceAll("_", " ")}</code> {x.subject && (/^0x[0-9a-fA-F]{40}$/.test(x.subject) ? <Account of={x.subject} /> : <span class="anywhere faint">{x.subject}</span>)}</>, by: (x) => x.check },
                { head: "Found", cell: (x) => <span class="anywhere">{x.text}</span> },
                { head: "Have / need", cell: (x) => (x.have || x.need ? `${x.have ?? "–"} / ${x.need ?? "–"}` : <span class="faint">–</span>) },
                { head: "Do", cell: (x) => <>{x.do ?? <span class="faint">–</span>} {x.by ? <>by <When at={x.by} /></> : null}</> },
              ]}
            />
          )
        }
      </Show>
    </Panel>
  );
}

function Feed() {
  const { events, connected } = useEvents();
  return (
    <Panel title="What just happened" aside={<Badge tone={connected ? "good" : "warn"} testid="feed">{connected ? "live" : "not connected; this page asks every 5 s"}</Badge>}>
      {events.length === 0 ? (
        <Empty>Nothing but blocks. Outcomes appear here as they happen.</Empty>
      ) : (
        <div class="feed scroll" role="region" aria-label="Events" tabIndex={0}>
        <ul class="plain">
          {events.map((e) => (
            <li key={e.id}>
              <b>{e.kind.replaceAll("_", " ")}</b>{" "}
              {Object.entries(e.fields).map(([k, v]) => (
                <span key={k} class="anywhere">
                  <span class="faint">{k}</span> {v}{" "}
                </span>
              ))}
            </li>
          ))}
        </ul>
        </div>
      )}
    </Panel>
  );
}
