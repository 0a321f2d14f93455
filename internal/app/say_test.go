package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"
	"go.yaml.in/yaml/v3"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/outbox"
)

var update = flag.Bool("update", false, "rewrite testdata")

// golden compares what a node said with testdata.
func golden(t *testing.T, name, have string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if have != string(want) {
		t.Errorf("%s is another; with -update it is rewritten, read the difference:\n%s", path, have)
	}
}

// scrape is what Prometheus reads, without the comments.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(w.Body.String(), "")
}

var (
	tick = engine.Tick{Final: chain.Block{Number: 100, Time: 5000}, Head: chain.Block{Number: 132, Time: 5384}}
	who  = core.Address{19: 0xa1}
	word = core.Hash{31: 0xb2}
)

func amount(n uint64) core.Amount { return *uint256.NewInt(n) }

// everything is one call of each event, by its name.
func everything(e Events, p chain.PoolEvents) map[string][]func() {
	statement := engine.RewardStatement{Set: 1, Era: 8, Block: 100, From: 5, To: 6, Digest: word, Computed: core.Hash{31: 0xb3},
		Signed: amount(60), Need: amount(67), Until: 5200, Difference: "stakersAmount is 7, computed 6", File: core.Hash{31: 0xf1}}
	refused := engine.RewardsRefused{Set: 1, Era: 8, Block: 100, From: 5, To: 6, Operator: who, Digest: word, Computed: core.Hash{31: 0xb3},
		Difference: "stakersAmount is 7, computed 6", File: core.Hash{31: 0xf1}}
	of := slash.Case{Offence: slash.Offence{Set: 1, Operator: who, Era: 7}, Vault: core.Address{19: 0xc3}}
	due := engine.SlashCase{Case: of, Block: 100, Now: 5384, Action: slash.Action{Verb: slash.Request, Reason: slash.DueRequest, Until: 0,
		Window: slash.Window{Opens: 5000, Closes: 5600}, Alarm: slash.HalfGone}}
	late := due
	late.Alarm = slash.FourFifthsGone
	bare := outbox.Intent{Key: "propose/1/8", Nonce: 4, Tries: 2, Reason: "BondTooSmall", Spent: "21000000000000"}
	return map[string][]func(){
		"Engine.Indexed":     {func() { e.Engine.Indexed(engine.Indexing{Final: tick.Final, Logs: 12, Vaults: 2}) }},
		"Engine.Reorganised": {func() { e.Engine.Reorganised(engine.Reorganisation{From: 99, To: 95}) }},
		"Engine.Verified":    {func() { e.Engine.Verified(engine.Verification{Set: 1, Era: 8, Block: 100, Compared: 8}) }},
		"Engine.MirrorDiffers": {func() {
			e.Engine.MirrorDiffers(engine.Verification{Set: 1, Era: 8, Block: 100, Difference: "stake of operator 0xa1: mirror 5, chain 6"})
		}},
		"Engine.Elected": {func() {
			e.Engine.Elected(engine.Election{Set: 1, Era: 8, Block: 100, Elected: 3, Operators: 5, Total: amount(120)})
		}},
		"Engine.BondShort": {func() {
			e.Engine.BondShort(engine.Bond{Set: 1, Era: 8, Block: 100, Need: amount(200), Have: amount(150), Limit: amount(100), By: 5900})
		}},
		"Engine.Audited": {
			func() {
				e.Engine.Audited(engine.Audited{Set: 1, Era: 8, Block: 100, Header: word, Proposer: who, Until: 5500})
			},
			func() {
				e.Engine.Audited(engine.Audited{Set: 1, Era: 8, Block: 100, Header: word, Proposer: who, Wrong: "omitted", Until: 5500})
			},
		},
		"Engine.Ejecting": {func() {
			e.Engine.Ejecting(engine.Ejection{Set: 1, Era: 8, Block: 100, Operator: who, Reason: "jailed"})
		}},
		"Engine.RewardsComputed":    {func() { e.Engine.RewardsComputed(statement) }},
		"Engine.RewardsUncertified": {func() { e.Engine.RewardsUncertified(statement) }},
		"Engine.RewardsDiffer":      {func() { e.Engine.RewardsDiffer(statement) }},
		"Engine.RewardsRefused":     {func() { e.Engine.RewardsRefused(refused) }},
		"Engine.BatchComputed": {func() {
			e.Engine.BatchComputed(engine.BatchComputed{Set: 1, Number: 9, EndBlock: 99, Hash: word, StateRoot: word, Ran: 3, Sent: 2, Gas: 4000})
		}},
		"Engine.Joined": {
			func() { e.Engine.Joined(engine.Joined{Set: 1, Number: 9, StateRoot: word, Objects: 70, Bytes: 7000}) },
			func() {
				e.Engine.Joined(engine.Joined{Set: 1, Number: 9, StateRoot: word, Objects: 140, Bytes: 9000, Whole: true})
			},
		},
		"Engine.BatchSigned": {func() { e.Engine.BatchSigned(engine.BatchSigned{Set: 1, Era: 8, Number: 9, Hash: word}) }},
		"Engine.BatchCommitted": {func() {
			e.Engine.BatchCommitted(engine.BatchCommitted{Set: 1, Era: 8, Number: 9, Block: 100, Hash: word, Signed: 5, Late: 1, Executors: 7})
		}},
		"Engine.BatchDiffers": {func() {
			e.Engine.BatchDiffers(engine.BatchDiffers{Set: 1, Era: 8, Number: 9, Committed: word, Mine: core.Hash{31: 0xb3}, Difference: "stateRoot: computed 1, theirs 2"})
		}},
		"Engine.Contradicted":  {func() { e.Engine.Contradicted(engine.Contradicted{Set: 1, Era: 8, Number: 9, Operator: who}) }},
		"Engine.JournalUnsafe": {func() { e.Engine.JournalUnsafe(engine.Unsafe{Set: 1, Era: 8, From: 9}) }},
		"Engine.SlashCase":     {func() { e.Engine.SlashCase(due) }},
		"Engine.SlashAlarm":    {func() { e.Engine.SlashAlarm(due) }, func() { e.Engine.SlashAlarm(late) }},
		"Outbox.Sent":          {func() { e.Outbox.Sent(bare) }},
		"Outbox.Bumped":        {func() { e.Outbox.Bumped(bare) }},
		"Outbox.Mined":         {func() { e.Outbox.Mined(bare) }},
		"Outbox.Done":          {func() { e.Outbox.Done(bare) }},
		"Outbox.Failed":        {func() { e.Outbox.Failed(bare) }},
		"Outbox.Expired":       {func() { e.Outbox.Expired(bare) }},
		"Outbox.BudgetReached": {func() { e.Outbox.BudgetReached(bare, big.NewInt(9), big.NewInt(7)) }},
		"StageFailed": {
			func() { e.StageFailed("elect", tick, &chain.Error{Kind: chain.Retry, Err: errors.New("timeout")}) },
			func() { e.StageFailed("slash", tick, errors.New("the disk is full")) },
		},
		"Ticked": {func() { e.Ticked(tick, nil) }, func() { e.Ticked(tick, fmt.Errorf("%w: verify", engine.ErrGate)) }},

		"Pool.Failed":    {func() { p.Failed("https://a.example/…", errors.New("503")) }},
		"Pool.Recovered": {func() { p.Recovered("https://a.example/…") }},
		"Pool.Disagreed": {func() { p.Disagreed("https://a.example/…", "https://b.example", "header of block 7") }},
	}
}

// functions are the names of all functions in a struct of events.
func functions(prefix string, v reflect.Value) (names []string, missing []string) {
	for i := range v.NumField() {
		name := prefix + v.Type().Field(i).Name
		if v.Field(i).Kind() == reflect.Struct {
			n, m := functions(name+".", v.Field(i))
			names, missing = append(names, n...), append(missing, m...)
			continue
		}
		if names = append(names, name); v.Field(i).IsNil() {
			missing = append(missing, name)
		}
	}
	return names, missing
}

// TestEverythingIsSaid: each event comes to the log, in the words and at the level that the runbook knows, and to the
// metrics.
func TestEverythingIsSaid(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime}))
	m := NewMetrics()
	before := series(scrape(t, m))
	node, pool := nodeEvents(log, m), poolEvents(log, m)
	names, missing := functions("", reflect.ValueOf(node))
	more, none := functions("Pool.", reflect.ValueOf(pool))
	names = append(names, more...)
	for _, name := range append(missing, none...) {
		t.Errorf("nobody listens to %s", name)
	}
	calls := everything(node, pool)
	if len(calls) != len(names) {
		t.Errorf("%d events are called here, there are %d", len(calls), len(names))
	}
	for _, name := range names {
		if len(calls[name]) == 0 {
			t.Errorf("%s is not called here", name)
		}
		for _, call := range calls[name] {
			was := out.Len()
			call()
			if said := out.Len() > was; said == (name == "Ticked") {
				t.Errorf("%s in the log: %v", name, said)
			}
		}
	}
	golden(t, "log.txt", out.String())
	text := scrape(t, m)
	golden(t, "metrics.txt", text)
	// A series whose first value is 1 has no increase: what alerts look at is there from the beginning.
	for _, s := range series(text) {
		if !slices.Contains(before, s) && !strings.Contains(s, "{set=") && !strings.Contains(s, "{endpoint=") {
			t.Errorf("%s is not there before the event", s)
		}
	}
}

func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && len(groups) == 0 {
		return slog.Attr{}
	}
	return a
}

// series are the names with labels, without the values.
func series(text string) (list []string) {
	for line := range strings.Lines(text) {
		list = append(list, line[:strings.LastIndexByte(line, ' ')])
	}
	return list
}

// TestLogJSON: what is an address, a hash or a number in the text is one in JSON.
func TestLogJSON(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLog(&out, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	e := nodeEvents(log, NewMetrics())
	for _, name := range []string{"Engine.Audited", "Outbox.BudgetReached", "Engine.SlashAlarm"} {
		everything(e, chain.PoolEvents{})[name][0]()
	}
	var have []map[string]any
	for lines := json.NewDecoder(&out); ; {
		line := map[string]any{}
		if err := lines.Decode(&line); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		have = append(have, line)
	}
	for i, want := range []map[string]any{
		{"proposer": "0x00000000000000000000000000000000000000a1", "set": 1.0, "era": 8.0, "block": 100.0},
		{"need_wei": 9.0, "have_wei": 7.0},
		{"due": "request", "closes": 5600.0},
	} {
		for k, v := range want {
			if have[i][k] != v {
				t.Errorf("%s is %v, want %v, in %v", k, have[i][k], v, have[i])
			}
		}
	}
}

// TestLogLevel: what is below the level is not written, and another level is refused.
func TestLogLevel(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLog(&out, "warn", "text")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("no")
	log.Warn("yes")
	if s := out.String(); strings.Contains(s, "no") || !strings.Contains(s, "msg=yes") {
		t.Error(s)
	}
	if _, err := NewLog(&out, "loud", "text"); err == nil || !strings.Contains(err.Error(), `"loud": want debug`) {
		t.Error(err)
	}
}

// TestTicked: the metrics are those of the last tick, and a gate that opens again is seen.
func TestTicked(t *testing.T) {
	m := NewMetrics()
	e := nodeEvents(slog.New(slog.DiscardHandler), m)
	for _, c := range []struct {
		err  error
		gate string
	}{{engine.ErrGate, "roster_gate_shut 1\n"}, {errors.New("elect: no"), "roster_gate_shut 0\n"}, {engine.ErrGate, "roster_gate_shut 1\n"}, {nil, "roster_gate_shut 0\n"}} {
		e.Ticked(tick, c.err)
		if text := scrape(t, m); !strings.Contains(text, c.gate) {
			t.Errorf("after %v, want %q:\n%s", c.err, c.gate, text)
		}
	}
	if text := scrape(t, m); !strings.Contains(text, "roster_ticks_total 4\n") || !strings.Contains(text, "roster_final_block_timestamp_seconds 5000\n") {
		t.Error(text)
	}
}

// TestAlerts: the rules of docs/metrics.md are YAML, and ask for nothing that a node does not count.
func TestAlerts(t *testing.T) {
	_, text, ok := strings.Cut(MetricsMarkdown(), "(Prometheus rules):\n")
	if !ok {
		t.Fatal("no rules")
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(text), &rules); err != nil {
		t.Fatal(err)
	}
	m := NewMetrics()
	counted := scrape(t, m)
	for _, d := range m.list {
		if kind := strings.HasSuffix(d.name, "_total"); kind != (d.kind == "counter") {
			t.Errorf("%s is a %s", d.name, d.kind)
		}
		counted += d.name + "\n" // those with sets and endpoints are empty in the beginning
	}
	metric := regexp.MustCompile(`(roster_[a-z_]+)(?:\{([a-z]+)=(~?)"([^"]*)"\})?`)
	seen := map[string]bool{}
	for _, r := range rules.Groups[0].Rules {
		if seen[r.Alert] {
			t.Errorf("%s stands there twice", r.Alert)
		}
		seen[r.Alert] = true
		names := metric.FindAllStringSubmatch(r.Expr, -1)
		if len(names) == 0 {
			t.Errorf("%s asks for nothing of ours: %s", r.Alert, r.Expr)
		}
		for _, n := range names {
			value := regexp.QuoteMeta(n[4])
			if n[3] == "~" {
				value = "(" + n[4] + ")"
			}
			want := `(?m)^` + n[1] + `\b`
			if n[2] != "" {
				want = `(?m)^` + n[1] + `\{.*\b` + n[2] + `="` + value + `"`
			}
			if !regexp.MustCompile(want).MatchString(counted) {
				t.Errorf("%s: nothing is counted as %s", r.Alert, n[0])
			}
		}
	}
	if len(seen) < 6 {
		t.Errorf("%d rules", len(seen))
	}
}
