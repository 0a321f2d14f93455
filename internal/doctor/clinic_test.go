package doctor

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// clinic is a network in good health, and one of its operators, with everything it needs. Faults are planted in it
// one after the other, and undone by going back to the healthy block.
type clinic struct {
	*devnet.Ready
	t       *testing.T
	ctx     context.Context
	healthy common.Hash
	self    *devnet.Operator // number 1: a part of the shared vault, and a vault of its own of delegator type 2
	keyFile string
	seen    map[string]bool // codes that a planted fault gave
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	ctx := context.Background()
	r, err := devnet.StartReady(ctx, devnet.Options{Seed: "doctor", Accounts: 48, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &clinic{Ready: r, t: t, ctx: ctx, self: r.Team[1], seen: map[string]bool{}}
	c.must(r.Give(ctx, r.Team[1].Sender.From(), whole(5000)))
	c.send(r.Team[1], r.Roster.At.Token, token.PackApprove(r.Roster.At.Router, chain.Big(whole(1_000_000))))
	secret := c.self.Key.Bytes()
	c.keyFile = c.file("bls.key", "0x"+hex.EncodeToString(secret[:])+"\n")
	c.healthy = r.Head().Hash()
	return c
}

func (c *clinic) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// file writes a file that is gone after the test.
func (c *clinic) file(name, text string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), name)
	c.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// number is the account of a role.
func (c *clinic) number(role string) int {
	c.t.Helper()
	for _, r := range c.Roles {
		if r.Name == role {
			return r.Account
		}
	}
	c.t.Fatalf("nobody is %q", role)
	return 0
}

// operator is the i-th operator, its sender without a memory of what a fork undid.
func (c *clinic) operator(i int) *devnet.Operator {
	return &devnet.Operator{Hand: c.Hand(c.number(fmt.Sprintf("operator %d", i))), Key: c.Team[i].Key}
}

// send calls a contract by an operator.
func (c *clinic) send(o *devnet.Operator, to common.Address, data []byte) {
	c.t.Helper()
	_, err := devnet.Do(c.ctx, o.Hand, to, data)
	c.must(err)
}

// sendAs calls a contract by who has a role.
func (c *clinic) sendAs(role string, to common.Address, data []byte) {
	c.t.Helper()
	_, err := devnet.Do(c.ctx, c.Hand(c.number(role)), to, data)
	c.must(err)
}

// rewind makes the healthy block the head again.
func (c *clinic) rewind() {
	c.t.Helper()
	c.must(c.Fork(c.healthy, true))
	// Those who act beside the roles remember nonces of the branch that is gone.
	c.Owner, c.Resolver, c.Judge, c.Stranger = c.Hand(0), c.Hand(1), c.Hand(2), c.Hand(3)
}

// advance makes a block at a moment, and one after it.
func (c *clinic) advance(to core.Time) {
	c.t.Helper()
	c.must(c.AdvanceTo(to))
	_, err := c.Commit()
	c.must(err)
}

// elect has an honest list posted for an era.
func (c *clinic) elect(e core.Era) devnet.Term {
	c.t.Helper()
	by := c.Hand(c.number("proposer"))
	term, err := c.Elect(c.ctx, by, c.Set, e)
	c.must(err)
	return term
}

// equivocate has the operator sign two batches under a term, and reports it.
func (c *clinic) equivocate(term devnet.Term) {
	c.t.Helper()
	place := term.IndexOf(c.self.Address())
	team := devnet.Team{c.self.Address(): c.self}
	var hashes [2]core.Hash
	sign := func(i int) core.Hash {
		hashes[i] = core.Keccak([]byte{byte(i)})
		return batch.Statement{Set: term.Set, Era: term.Era, Number: 7, BatchHash: hashes[i]}.Digest(c.Roster.Domain())
	}
	a, b := sign(0), sign(1)
	first, err := devnet.Signed(term.Committee, a, team.SignOnly(term.Committee, a, place))
	c.must(err)
	second, err := devnet.Signed(term.Committee, b, team.SignOnly(term.Committee, b, place))
	c.must(err)
	_, err = c.Hand(c.number("watcher")).ReportBatches(c.ctx, term.Committee, 7, hashes, pair(first, second), []int{place})
	c.must(err)
}

func pair[T any](a, b T) [2]T { return [2]T{a, b} }

// options are what the healthy operator asks about.
func (c *clinic) options() Options {
	return Options{Endpoints: []string{c.URL()}, ChainID: devnet.ChainID, Middleware: c.Roster.At.Middleware,
		Programs: c.Roster.At.Programs, Expected: &c.Roster.At, Set: c.Set, Operator: c.self.Sender.From(), BLSKey: c.keyFile,
		Cases: casesOf}
}

// look runs the doctor.
func (c *clinic) look(change ...func(*Options)) Report {
	c.t.Helper()
	o := c.options()
	for _, do := range change {
		do(&o)
	}
	r, err := Run(c.ctx, o)
	c.must(err)
	return r
}

// expect is that exactly these codes are found, each once or more, and that nothing else is unknown.
func (c *clinic) expect(t *testing.T, r Report, want ...string) {
	t.Helper()
	var have []string
	for _, f := range r.Findings() {
		c.seen[f.Code] = true
		if f.Text == "" || f.Do == "" {
			t.Errorf("%s says nothing: %+v", f.Code, f)
		}
		if !slices.Contains(have, f.Code) {
			have = append(have, f.Code)
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("found %v, want %v:\n%s", have, want, tableOf(t, r))
	}
}

// finding returns the one finding with a code.
func finding(t *testing.T, r Report, code string) Check {
	t.Helper()
	for _, f := range r.Findings() {
		if f.Code == code {
			return f
		}
	}
	t.Fatalf("no finding %s:\n%s", code, tableOf(t, r))
	return Check{}
}

func tableOf(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Table(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// casesOf is what engine.Cases is, which this package may not import, without disputes.
func casesOf(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) ([]slash.Case, []slash.Dispute, error) {
	reported, err := r.OffencesOf(ctx, set, block)
	if err != nil {
		return nil, nil, err
	}
	var all []slash.Case
	for _, o := range reported {
		at, err := r.TimeOf(ctx, o.Raw.BlockNumber)
		if err != nil {
			return nil, nil, err
		}
		cases, err := r.Cases(ctx, slash.Offence{Set: set, Operator: core.Address(o.Operator), Era: core.Era(o.Era),
			Kind: slash.Kind(o.Kind)}, at, block)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, cases...)
	}
	return all, nil, nil
}

// whole is whole wVARA in base units.
func whole(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(devnet.VARA), uint256.NewInt(n))
}

// question is a JSON-RPC request on its way through a proxy.
type question struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

// call returns where an eth_call goes, the selector, and the block it is asked at.
func (q question) call() (to common.Address, selector string, block uint64) {
	var m struct {
		To    common.Address `json:"to"`
		Input string         `json:"input"`
	}
	var at string
	if q.Method != "eth_call" || json.Unmarshal(q.Params[0], &m) != nil || json.Unmarshal(q.Params[1], &at) != nil || len(m.Input) < 10 {
		return common.Address{}, "", 0
	}
	fmt.Sscanf(at, "0x%x", &block)
	return m.To, m.Input[:10], block
}

// text returns a parameter that is a text.
func (q question) text(i int) string {
	var s string
	if i < len(q.Params) {
		_ = json.Unmarshal(q.Params[i], &s)
	}
	return s
}

// answer is what a proxy says in place of the chain: a result, an error, or an HTTP status.
type answer struct {
	result any
	code   int // of a JSON-RPC error
	text   string
	status int       // of HTTP; below 0 the connection breaks
	ask    *question // pass this on in place of the question
}

// proxy stands in front of the chain, and answers for it where tell does not return nil.
func (c *clinic) proxy(t *testing.T, tell func(question) *answer) string {
	t.Helper()
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var q question
		if err := json.Unmarshal(body, &q); err != nil {
			http.Error(w, "not one question", http.StatusBadRequest)
			return
		}
		mu.Lock()
		a := tell(q)
		mu.Unlock()
		if a != nil && a.ask != nil {
			body, _ = json.Marshal(map[string]any{"jsonrpc": "2.0", "id": q.ID, "method": a.ask.Method, "params": a.ask.Params})
			a = nil
		}
		switch {
		case a == nil:
			pass(w, c.URL(), body)
		case a.status < 0: // the connection breaks
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				conn.Close()
			}
		case a.status != 0:
			w.WriteHeader(a.status)
			_, _ = io.WriteString(w, a.text)
		case a.text != "":
			_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": q.ID, "error": map[string]any{"code": a.code, "message": a.text}})
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": q.ID, "result": a.result})
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func pass(w http.ResponseWriter, url string, body []byte) {
	r, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		http.Error(w, "the chain is gone", http.StatusBadGateway)
		return
	}
	defer r.Body.Close()
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.Copy(w, r.Body)
}

// replace answers a view of a contract with another word.
func replace(to common.Address, packed []byte, word string) func(question) *answer {
	return func(q question) *answer {
		if at, selector, _ := q.call(); at == to && selector == "0x"+hex.EncodeToString(packed[:4]) {
			return &answer{result: word}
		}
		return nil
	}
}

// word is an address or a number as the ABI has it.
func word(b []byte) string { return "0x" + hex.EncodeToString(common.LeftPadBytes(b, 32)) }
