package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gear-tech/roster/core"
)

// Client asks one node. The zero HTTP client is http.DefaultClient; a context bounds each question.
type Client struct {
	base *url.URL
	HTTP *http.Client
}

// New makes a client of a node at a URL, as http://127.0.0.1:9635.
func New(node string) (*Client, error) {
	base, err := url.Parse(node)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("node %q: want a URL like http://127.0.0.1:9635", node)
	}
	return &Client{base: base}, nil
}

// mostAnswer is the most bytes of an answer that are read: a page has at most 200 items.
const mostAnswer = 16 << 20

// Get asks for a resource by its path under /v1, as "sets/0/elections/next", into a type of this package. Errors: a *Problem
// when the node refuses; what happened on the way otherwise.
func (c *Client) Get(ctx context.Context, path string, query url.Values, into any) error {
	where := c.base.JoinPath("v1", path)
	where.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where.String(), nil)
	if err != nil {
		return fmt.Errorf("ask a node: %w", err)
	}
	do := c.HTTP
	if do == nil {
		do = http.DefaultClient
	}
	response, err := do.Do(request)
	if err != nil {
		return fmt.Errorf("ask a node: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.base.Redacted(), err)
	}
	if len(body) > mostAnswer {
		return fmt.Errorf("%s answers with more than %d bytes", c.base.Redacted(), mostAnswer)
	}
	if response.StatusCode != http.StatusOK {
		p := &Problem{Status: response.StatusCode}
		if json.Unmarshal(body, p) == nil && p.Detail != "" {
			return p
		}
		return fmt.Errorf("%s answers %q: it is no node of Roster, or one that does not know /v1/%s", c.base.Redacted(), response.Status, path)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", c.base.Redacted(), err)
	}
	return nil
}

func ask[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	return out, c.Get(ctx, path, query, &out)
}

// Page says which part of a list; the zero Page is its beginning.
type Page struct {
	Cursor string // Next of the page before
	Limit  int    // 0: 50
}

func (p Page) query() url.Values {
	q := url.Values{}
	if p.Cursor != "" {
		q.Set("cursor", p.Cursor)
	}
	if p.Limit != 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	return q
}

func inSet(set core.SetID, parts ...any) string {
	path := fmt.Sprintf("sets/%d", set)
	for _, p := range parts {
		path += fmt.Sprintf("/%v", p)
	}
	return path
}

// Network is the deployment.
func (c *Client) Network(ctx context.Context) (Network, error) {
	return ask[Network](ctx, c, "network", nil)
}

// Reasons are all reason codes with their texts.
func (c *Client) Reasons(ctx context.Context) (Reasons, error) {
	return ask[Reasons](ctx, c, "reasons", nil)
}

// Health is how the node does.
func (c *Client) Health(ctx context.Context) (Health, error) {
	return ask[Health](ctx, c, "health", nil)
}

// Checks are what a doctor finds wrong with the network and a set.
func (c *Client) Checks(ctx context.Context, set core.SetID) (Checks, error) {
	return ask[Checks](ctx, c, "checks", url.Values{"set": {fmt.Sprint(set)}})
}

// Sets are the operator sets that the node serves.
func (c *Client) Sets(ctx context.Context) (Sets, error) { return ask[Sets](ctx, c, "sets", nil) }

// Set is one operator set.
func (c *Client) Set(ctx context.Context, set core.SetID) (Set, error) {
	return ask[Set](ctx, c, inSet(set), nil)
}

// Eras are a set's, the newest first.
func (c *Client) Eras(ctx context.Context, set core.SetID, p Page) (Eras, error) {
	return ask[Eras](ctx, c, inSet(set, "eras"), p.query())
}

// Era is one of them.
func (c *Client) Era(ctx context.Context, set core.SetID, e core.Era) (EraOf, error) {
	return ask[EraOf](ctx, c, inSet(set, "eras", e), nil)
}

// Elections are a set's, the newest first.
func (c *Client) Elections(ctx context.Context, set core.SetID, p Page) (Elections, error) {
	return ask[Elections](ctx, c, inSet(set, "elections"), p.query())
}

// NextEra asks for the next era to be captured, where an era is wanted.
const NextEra = "next"

// Election is that of an era, a number or NextEra.
func (c *Client) Election(ctx context.Context, set core.SetID, e string, p Page) (Election, error) {
	return ask[Election](ctx, c, inSet(set, "elections", url.PathEscape(e)), p.query())
}

// Explain says why an operator is in or out.
func (c *Client) Explain(ctx context.Context, set core.SetID, e string, operator core.Address) (Explanation, error) {
	return ask[Explanation](ctx, c, inSet(set, "elections", url.PathEscape(e), "operators", operator), nil)
}

// Proposals are the lists that were posted, the newest first.
func (c *Client) Proposals(ctx context.Context, set core.SetID, p Page) (Proposals, error) {
	return ask[Proposals](ctx, c, inSet(set, "proposals"), p.query())
}

// Operators are a set's, by address.
func (c *Client) Operators(ctx context.Context, set core.SetID, p Page) (Operators, error) {
	return ask[Operators](ctx, c, inSet(set, "operators"), p.query())
}

// Operator is one of them, with everything about it.
func (c *Client) Operator(ctx context.Context, set core.SetID, operator core.Address) (OperatorDetail, error) {
	return ask[OperatorDetail](ctx, c, inSet(set, "operators", operator), nil)
}

// History is what became of an operator in each era, the newest first.
func (c *Client) History(ctx context.Context, set core.SetID, operator core.Address, p Page) (History, error) {
	return ask[History](ctx, c, inSet(set, "operators", operator, "history"), p.query())
}

// Supposed is what a forecast supposes; nil and 0: as it is, for 8 eras.
type Supposed struct {
	Eras                    int
	Stake                   *Amount
	Commission, Performance *core.Bps
}

// Forecast is what an operator can expect if nobody does anything.
func (c *Client) Forecast(ctx context.Context, set core.SetID, operator core.Address, s Supposed) (Forecast, error) {
	q := url.Values{}
	if s.Eras != 0 {
		q.Set("eras", fmt.Sprint(s.Eras))
	}
	if s.Stake != nil {
		q.Set("stake", s.Stake.String())
	}
	if s.Commission != nil {
		q.Set("commission", fmt.Sprint(*s.Commission))
	}
	if s.Performance != nil {
		q.Set("performance", fmt.Sprint(*s.Performance))
	}
	return ask[Forecast](ctx, c, inSet(set, "operators", operator, "forecast"), q)
}

// Vaults are a set's, by address.
func (c *Client) Vaults(ctx context.Context, set core.SetID, p Page) (Vaults, error) {
	return ask[Vaults](ctx, c, inSet(set, "vaults"), p.query())
}

// Vault is one of them.
func (c *Client) Vault(ctx context.Context, set core.SetID, vault core.Address) (VaultDetail, error) {
	return ask[VaultDetail](ctx, c, inSet(set, "vaults", vault), nil)
}

// Staker is what an account has in a set.
func (c *Client) Staker(ctx context.Context, set core.SetID, account core.Address) (Staker, error) {
	return ask[Staker](ctx, c, inSet(set, "stakers", account), nil)
}

// Proofs are an account's leaves under the roots that stand. Check each against the root on chain: merkle.VerifyClaim.
func (c *Client) Proofs(ctx context.Context, set core.SetID, account core.Address) (p Proofs, err error) {
	if p, err = ask[Proofs](ctx, c, inSet(set, "proofs", account), nil); err != nil {
		return p, err
	}
	if p.Set != set || p.Account != account {
		return p, fmt.Errorf("%s answers for %s of set %d, asked was %s of set %d", c.base.Redacted(), p.Account, p.Set, account, set)
	}
	return p, nil
}

// Earnings explain what a commit paid an account: the one with an era, or the last with era nil.
func (c *Client) Earnings(ctx context.Context, set core.SetID, account core.Address, e *core.Era) (Earnings, error) {
	q := url.Values{}
	if e != nil {
		q.Set("era", fmt.Sprint(*e))
	}
	return ask[Earnings](ctx, c, inSet(set, "stakers", account, "earnings"), q)
}

// Commits are a set's reward commits, the newest first.
func (c *Client) Commits(ctx context.Context, set core.SetID, p Page) (Commits, error) {
	return ask[Commits](ctx, c, inSet(set, "rewards"), p.query())
}

// Slashes are a set's cases, the newest first.
func (c *Client) Slashes(ctx context.Context, set core.SetID, p Page) (Slashes, error) {
	return ask[Slashes](ctx, c, inSet(set, "slashes"), p.query())
}

// OpenSlashes are those of a set of which something can still come.
func (c *Client) OpenSlashes(ctx context.Context, set core.SetID, p Page) (Slashes, error) {
	q := p.query()
	q.Set("open", "true")
	return ask[Slashes](ctx, c, inSet(set, "slashes"), q)
}

// Batch is one committed batch.
func (c *Client) Batch(ctx context.Context, set core.SetID, number uint64) (BatchOf, error) {
	return ask[BatchOf](ctx, c, inSet(set, "batches", number), nil)
}

// Change is what a simulation makes other; nil and 0: as it is.
type Change struct {
	MaxExecutors                      uint16
	MinStake, MaxStake, MaxVaultStake *Amount
	Stakes                            []StakeChange
	Leave                             []core.Address
}

// StakeChange is stake of an operator that comes or goes, base units of the vault's collateral.
type StakeChange struct {
	Operator core.Address
	Vault    core.Address // zero: its first
	Amount   Amount
	Remove   bool
}

// Simulate is the next election if stakes or parameters were other.
func (c *Client) Simulate(ctx context.Context, set core.SetID, x Change) (Simulation, error) {
	q := url.Values{}
	if x.MaxExecutors != 0 {
		q.Set("maxExecutors", fmt.Sprint(x.MaxExecutors))
	}
	for name, a := range map[string]*Amount{"minStake": x.MinStake, "maxStake": x.MaxStake, "maxVaultStake": x.MaxVaultStake} {
		if a != nil {
			q.Set(name, a.String())
		}
	}
	for _, s := range x.Stakes {
		whose, sign := s.Operator.String(), ""
		if s.Vault != (core.Address{}) {
			whose += "/" + s.Vault.String()
		}
		if s.Remove {
			sign = "-"
		}
		q.Add("stake", whose+":"+sign+s.Amount.String())
	}
	for _, a := range x.Leave {
		q.Add("leave", a.String())
	}
	return ask[Simulation](ctx, c, inSet(set, "simulation"), q)
}

// Batches are a set's committed batches, the newest first.
func (c *Client) Batches(ctx context.Context, set core.SetID, p Page) (Batches, error) {
	return ask[Batches](ctx, c, inSet(set, "batches"), p.query())
}

// Programs are a set's, by id.
func (c *Client) Programs(ctx context.Context, set core.SetID, p Page) (Programs, error) {
	return ask[Programs](ctx, c, inSet(set, "programs"), p.query())
}

// ErrSlow is returned by Listen when the node let this listener go: it did not take its events in time.
var ErrSlow = errors.New("the node closed the stream of events")

// Listen hands on what happens after an event, 0 for all that the node still keeps, until the context ends, do returns an
// error, or the stream ends (ErrSlow): then ask again, after the last event that was seen.
func (c *Client) Listen(ctx context.Context, after uint64, do func(Event) error) error {
	where := c.base.JoinPath("v1", "events")
	where.RawQuery = url.Values{"after": {strconv.FormatUint(after, 10)}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where.String(), nil)
	if err != nil {
		return fmt.Errorf("listen to a node: %w", err)
	}
	transport := c.HTTP
	if transport == nil {
		transport = http.DefaultClient
	}
	response, err := transport.Do(request)
	if err != nil {
		return fmt.Errorf("listen to a node: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %q: it sends no events", c.base.Redacted(), response.Status)
	}
	return eachEvent(response.Body, do)
}

// mostEvent is the longest line of an event.
const mostEvent = 1 << 20

func eachEvent(r io.Reader, do func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostEvent)
	for lines.Scan() {
		data, is := strings.CutPrefix(lines.Text(), "data: ")
		if !is {
			continue
		}
		var e Event
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return fmt.Errorf("read an event: %w", err)
		}
		if err := do(e); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("listen to a node: %w", err)
	}
	return ErrSlow
}
