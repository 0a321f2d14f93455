package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/store"
)

// TestDoctor: a network in good health gives no finding, before its first election and in the middle of an era; then
// each fault gives exactly its code.
func TestDoctor(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	t.Run("healthy", c.testHealthy)
	c.testChain(t)
	c.testElection(t)
	c.testEndpoint(t)
	c.testContracts(t)
	c.testFiles(t)
	t.Run("cancelled", c.testCancelled)
	t.Run("secrets", c.testSecrets)
	for _, why := range Reasons() {
		if !c.seen[why.Code] && !elsewhere[why.Code] {
			t.Errorf("no fault was planted that gives %s", why.Code)
		}
	}
}

// elsewhere are the codes that TestClassify shows, and those of what could not be looked at.
var elsewhere = map[string]bool{"endpoint_dns": true, "endpoint_tls": true, "cannot_read": true, "not_looked_at": true}

// fault is something wrong, and the codes that it gives.
type fault struct {
	name    string
	plant   func()
	options func(*Options)
	want    []string
}

// run plants each fault in a healthy chain.
func (c *clinic) run(t *testing.T, faults []fault) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			defer c.rewind()
			if f.plant != nil {
				f.plant()
			}
			if f.options == nil {
				f.options = func(*Options) {}
			}
			c.expect(t, c.look(f.options), f.want...)
		})
	}
}

func (c *clinic) testHealthy(t *testing.T) {
	defer c.rewind()
	r := c.look()
	c.expect(t, r)
	if r.Status != OK || r.ChainID != devnet.ChainID || r.Block != c.Block() || r.Time != c.Now() || r.Schema != Schema {
		t.Errorf("%+v", r)
	}
	var names []string
	for _, check := range r.Checks {
		if !slices.Contains(names, check.Name) {
			names = append(names, check.Name)
		}
	}
	want := []string{"endpoint", "chain_id", "head", "syncing", "finality", "contracts", "wiring", "set", "network", "roles", "times",
		"archive", "logs", "parameters", "pot", "executors", "election", "rewards", "slashes", "vault", "operator", "key", "contact",
		"commission", "links", "stake", "rank", "gas", "bond"}
	if !slices.Equal(names, want) {
		t.Errorf("looked at %v, want %v", names, want)
	}
	if text := tableOf(t, r); !strings.Contains(text, "a clock of its own") || !strings.HasSuffix(text, "everything is as it should be.\n") {
		t.Errorf("table:\n%s", text)
	}
	var again Report
	var b bytes.Buffer
	if err := errors.Join(r.JSON(&b), json.Unmarshal(b.Bytes(), &again)); err != nil || !slices.Equal(again.Checks, r.Checks) {
		t.Errorf("as JSON: %v\n%s", err, b.String())
	}
	// What is asked without an operator says nothing of one.
	r = c.look(func(o *Options) { o.Operator, o.BLSKey = common.Address{}, "" })
	c.expect(t, r)
	if last := r.Checks[len(r.Checks)-1]; last.Name != "vault" {
		t.Errorf("without an operator the last check is %+v", last)
	}
	// In the middle of an era, with the next one captured and elected.
	c.elect(0)
	c.advance(c.Roster.Times.Start(0) + 5)
	c.expect(t, c.look())
	c.elect(1)
	r = c.look()
	c.expect(t, r)
	if r.Status != OK || !strings.Contains(tableOf(t, r), "a list stands for era 1") || !strings.Contains(tableOf(t, r), "those of era 0") {
		t.Errorf("in era 0:\n%s", tableOf(t, r))
	}
}

// testChain: what is wrong with the operator and its vaults.
func (c *clinic) testChain(t *testing.T) {
	at, self := c.Roster.At, c.self.Sender.From()
	shared, own := c.Vaults[0].Vault, c.Vaults[1].Vault
	id := c.Roster.Subnetwork(c.Set)
	sequence := uint64(0)
	rotate := func() {
		sequence++
		key, err := bls.SecretKeyFromSeed(crypto.Keccak256(fmt.Appendf(nil, "another key %d", sequence)))
		c.must(err)
		o := c.operator(1)
		o.Key = key
		packed, proof := o.Possession(c.Set)
		c.send(o, at.Operators, operators.PackRotateKey(chain.Number(c.Set), packed, proof))
	}
	little := func() {
		c.sendAs("curator", own.Delegator, delegators.PackSetNetworkLimit(id, chain.Big(whole(400))))
		c.sendAs("curator", shared.Delegator, delegators.PackSetOperatorNetworkShares(id, self, big.NewInt(100)))
	}
	c.run(t, []fault{
		{"not opted in to the network", func() { c.send(c.operator(1), c.Symbiotic().NetworkOptIn, optIns.PackOptOut(at.Middleware)) }, nil,
			[]string{"not_opted_in_network"}},
		{"not opted in to the vault", func() { c.send(c.operator(1), c.Symbiotic().VaultOptIn, optIns.PackOptOut(shared.Address)) }, nil,
			[]string{"not_opted_in_vault"}},
		{"key rotated", rotate, nil, []string{"key_mismatch"}},
		{"paused", func() { c.must(c.operator(1).Pause(c.ctx, c.Set)) }, nil, []string{"paused"}},
		{"left", func() { c.send(c.operator(1), at.Operators, operators.PackLeaveSet(chain.Number(c.Set))) }, nil, []string{"not_registered"}},
		{"a stranger", nil, func(o *Options) { o.Operator = common.Address{1}; o.Keystore, o.Password = c.keystoreOf(1) },
			[]string{"not_symbiotic_operator", "not_registered"}},
		{"endpoint", func() {
			c.send(c.operator(1), at.Operators, operators.PackSetEndpoint(chain.Number(c.Set), "http://operator/"))
		}, nil, []string{"contact_unusable"}},
		{"endpoint without a port", func() {
			c.send(c.operator(1), at.Operators, operators.PackSetEndpoint(chain.Number(c.Set), "operator.example:0"))
		}, nil, []string{"contact_unusable"}},
		{"below the minimum", little, nil, []string{"below_minimum"}},
		{"limit zero", func() { c.sendAs("curator", own.Delegator, delegators.PackSetNetworkLimit(id, new(big.Int))) }, nil, []string{"limit_zero"}},
		{"shares zero", func() {
			c.sendAs("curator", shared.Delegator, delegators.PackSetOperatorNetworkShares(id, self, new(big.Int)))
		}, nil, []string{"shares_zero"}},
		{"stake rounds to zero", func() {
			c.sendAs("curator", shared.Delegator, delegators.PackSetNetworkLimit(id, big.NewInt(1)))
		}, func(o *Options) { o.Operator, o.BLSKey = self, "" }, []string{"stake_zero"}},
		{"vault empty", func() {
			_, _, err := c.Withdraw(c.ctx, c.Hand(c.number("staker 1")), own, c.Vaults[1].Stake)
			c.must(err)
		}, nil, []string{"vault_empty"}},
		{"no vault", func() {
			for _, v := range []devnet.Vault{shared, own} {
				c.send(c.operator(1), at.Middleware, middleware.PackUnlinkVault(chain.Number(c.Set), v.Address))
			}
		}, nil, []string{"no_vault"}},
		{"hook", func() { c.sendAs("curator", own.Delegator, delegators.PackSetHook(common.Address{9})) }, nil, []string{"vault_hook"}},
		{"outranked", c.crowd, func(o *Options) {
			o.Operator, o.BLSKey = c.Team[0].Sender.From(), ""
			o.Keystore, o.Password = c.keystoreOf(1)
		}, []string{"outranked"}},
		{"no gas", c.spend, nil, []string{"gas_low"}},
		{"no bond", func() {
			has, err := c.Balance(c.ctx, self)
			c.must(err)
			keep := whole(1599)
			c.send(c.operator(1), at.Token, token.PackTransfer(common.Address{7}, chain.Big(*new(core.Amount).Sub(&has, &keep))))
		}, nil, []string{"bond_short"}},
		{"no allowance", func() { c.send(c.operator(1), at.Token, token.PackApprove(at.Router, new(big.Int))) }, nil, []string{"allowance_short"}},
		{"empty pot", func() { _, err := c.CreateSet(c.ctx, c.Parameters); c.must(err) },
			func(o *Options) { o.Set, o.Operator = c.Set+1, common.Address{} }, []string{"pot_empty"}},
		{"low pot", func() {
			set, err := c.CreateSet(c.ctx, c.Parameters)
			c.must(errors.Join(err, c.Fund(c.ctx, set, whole(999))))
		}, func(o *Options) { o.Set, o.Operator = c.Set+1, common.Address{} }, []string{"pot_low"}},
		{"no such set", nil, func(o *Options) { o.Set = 7 }, []string{"no_set"}},
	})
	t.Run("numbers", func(t *testing.T) {
		defer c.rewind()
		little()
		f := finding(t, c.look(), "below_minimum")
		stake := c.stakeOf(self)
		missing := *new(core.Amount).Sub(new(core.Amount).Mul(uint256.NewInt(1000), uint256.NewInt(devnet.VARA)), &stake)
		if f.Have != Vara(stake) || f.Need != "1000 wVARA" || f.Text != Vara(missing)+" too little" || f.By != c.Roster.Times.Capture(0) {
			t.Errorf("%+v; has %s", f, stake.Dec())
		}
	})
	t.Run("announced", func(t *testing.T) {
		defer c.rewind()
		p := c.Parameters
		p.MinStake = chain.Big(whole(30_000))
		c.must(second(devnet.Do(c.ctx, c.Owner, at.Middleware, middleware.PackAnnounceParameters(chain.Number(c.Set), p))))
		c.send(c.operator(1), at.Operators, operators.PackSetCommission(chain.Number(c.Set), 900))
		r := c.look()
		c.expect(t, r)
		if text := tableOf(t, r); !strings.Contains(text, "minStake 1000 wVARA → 30000 wVARA") || !strings.Contains(text, "500 bps now, 900 bps announced") {
			t.Errorf("what is announced is not said:\n%s", text)
		}
	})
}

func second[A any](_ A, err error) error { return err }

// stakeOf asks the Middleware, in the next second.
func (c *clinic) stakeOf(operator common.Address) core.Amount {
	c.t.Helper()
	c.must(c.Advance(5))
	s, err := chain.Read(c.ctx, c.Client(), c.Roster.At.Middleware, nil,
		middleware.PackStakeAt(chain.Number(c.Set), operator, chain.Number(c.Now()-1)), middleware.UnpackStakeAt)
	c.must(err)
	return chain.Amount(s)
}

// crowd adds two operators, so that there are five for four seats and the first has the least.
func (c *clinic) crowd() {
	c.t.Helper()
	curator := c.Hand(c.number("curator"))
	for _, spare := range c.Spare[:2] {
		o := &devnet.Operator{Hand: c.Hand(spare)}
		key, err := bls.SecretKeyFromSeed(crypto.Keccak256(o.Sender.From().Bytes()))
		c.must(err)
		o.Key = key
		c.send(o, c.Symbiotic().OperatorRegistry, operatorRegistries.PackRegisterOperator())
		c.send(o, c.Symbiotic().NetworkOptIn, optIns.PackOptIn(c.Roster.At.Middleware))
		c.must(second(o.Register(c.ctx, c.Set, "crowd.example:1", 0)))
		c.must(o.Link(c.ctx, c.Symbiotic(), c.Set, c.Vaults[0].Vault))
		c.must(c.Delegate(c.ctx, curator, c.Set, c.Vaults[0].Vault, o.Sender.From(), *uint256.NewInt(30_000)))
	}
}

// spend leaves the operator half of what the doctor wants it to have.
func (c *clinic) spend() {
	c.t.Helper()
	f := c.look().Checks
	i := slices.IndexFunc(f, func(k Check) bool { return k.Name == "gas" })
	has, err := c.Client().BalanceAt(c.ctx, c.self.Sender.From(), nil)
	c.must(err)
	tip, err := c.Client().SuggestGasTipCap(c.ctx)
	c.must(err)
	price := new(big.Int).Add(tip, new(big.Int).Lsh(c.Head().BaseFee, 1))
	keep := new(big.Int).Mul(price, big.NewInt((proposeGas+challengeGas+ejectGas)/2))
	if i < 0 || keep.Cmp(has) > 0 {
		c.t.Fatalf("has %v, keeps %v: %+v", has, keep, f)
	}
	to := common.Address{8}
	_, err = c.operator(1).Sender.Do(c.ctx, chain.Call{To: &to, Value: new(big.Int).Sub(has, keep), Gas: 21_000})
	c.must(err)
}

// keystoreOf is a keystore of an operator's account, with where its password is.
func (c *clinic) keystoreOf(i int) (string, chain.Password) {
	c.t.Helper()
	key := c.Account(c.number(fmt.Sprintf("operator %d", i))).Key
	encrypted, err := keystore.EncryptKey(&keystore.Key{Address: crypto.PubkeyToAddress(key.PublicKey), PrivateKey: key}, "open sesame", 2, 1)
	c.must(err)
	return c.file("account.json", string(encrypted)), chain.Password{File: c.file("password", "open sesame\n")}
}

// testElection: what is late.
func (c *clinic) testElection(t *testing.T) {
	at := c.Roster.Times
	seal := func(e core.Era) { c.must(second(c.Stranger.Seal(c.ctx, e))) }
	emptySet := func() {
		set, err := c.CreateSet(c.ctx, c.Parameters)
		c.must(errors.Join(err, c.Fund(c.ctx, set, whole(5000))))
	}
	accuse := func(moment func(reportedAt core.Time) core.Time) func() {
		return func() {
			term := c.elect(0)
			c.advance(at.Start(0) + 2)
			c.equivocate(term)
			if to := moment(c.Now()); to > c.Now() {
				c.advance(to)
			}
		}
	}
	within := func(part, of core.Time) func(core.Time) core.Time {
		return func(reported core.Time) core.Time { return reported + (at.RequestDeadline(0)-reported)*part/of + 1 }
	}
	c.run(t, []fault{
		{"sealable, in good time", func() { c.advance(at.SealableAt(0)) }, nil, nil},
		{"not sealed", func() { c.advance(at.SealableAt(0) + at.InclusionMargin + 1) }, nil, []string{"not_sealed"}},
		{"not proposed", func() { c.advance(at.SealableAt(0)); seal(0); c.advance(at.SealableAt(0) + at.InclusionMargin + 5) }, nil,
			[]string{"not_proposed"}},
		{"no Executors", func() { c.advance(at.Start(0) + 1) }, nil, []string{"no_executors"}},
		{"set late", func() { c.elect(0); c.advance(at.Start(1) + 1) }, nil, []string{"set_late"}},
		{"nobody eligible", func() { emptySet(); c.advance(at.SealableAt(0)); seal(0) },
			func(o *Options) { o.Set, o.Operator = c.Set+1, common.Address{} }, []string{"nobody_eligible"}},
		{"jailed", accuse(func(now core.Time) core.Time { return now }), nil, []string{"jailed"}},
		{"slash late", accuse(within(3, 5)), func(o *Options) { o.Operator = common.Address{} }, []string{"slash_late", "set_late"}},
		{"slash urgent", accuse(within(9, 10)), func(o *Options) { o.Operator = common.Address{} }, []string{"slash_urgent", "no_executors", "not_sealed"}},
		{"rewards wait", c.leaveRewards, nil, []string{"rewards_waiting"}},
	})
}

// leaveRewards has a reward statement committed and never activated.
func (c *clinic) leaveRewards() {
	c.t.Helper()
	at, by := c.Roster.Times, c.Hand(c.number("proposer"))
	team := devnet.Team{}
	for i, o := range c.Team {
		team[o.Address()] = c.operator(i)
	}
	for e := range core.Era(3) {
		term := c.elect(e)
		c.must(c.Activate(term))
		if e == 2 {
			_, _, err := c.CommitRewards(c.ctx, by, term, team)
			c.must(err)
			c.advance(c.Now() + at.RewardDelay + at.InclusionMargin + 1)
		}
	}
	c.must(c.AdvanceTo(c.Now() + 1))
}

// testEndpoint: what is wrong with an endpoint, by a proxy in front of the chain.
func (c *clinic) testEndpoint(t *testing.T) {
	through := func(tell func(question) *answer) func(*Options) {
		return func(o *Options) { o.Endpoints = []string{c.proxy(t, tell)} }
	}
	says := func(status int, text string) func(*Options) {
		return through(func(question) *answer { return &answer{status: status, text: text} })
	}
	on := func(method string, a answer) func(*Options) {
		return through(func(q question) *answer {
			if q.Method == method {
				return &a
			}
			return nil
		})
	}
	tag := func(name string, a answer) func(*Options) {
		return through(func(q question) *answer {
			if q.Method == "eth_getBlockByNumber" && q.text(0) == name {
				return &a
			}
			return nil
		})
	}
	// A chain that is no development chain: its clock is everybody's. The proof of possession is of the real chain id.
	clock := func(ahead int64) func(*Options) {
		return func(o *Options) {
			on("eth_chainId", answer{result: "0x1"})(o)
			o.ChainID, o.BLSKey = 1, ""
			o.Now = func() time.Time { return time.Unix(int64(c.Now())+ahead, 0) }
		}
	}
	c.run(t, []fault{
		{"no URL", nil, func(o *Options) { o.Endpoints = []string{"localhost:8545"} }, []string{"endpoint_url"}},
		{"refused", nil, func(o *Options) { o.Endpoints = []string{closedPort(t)} }, []string{"endpoint_refused"}},
		{"hangs", nil, func(o *Options) { o.Endpoints, o.Probe = []string{c.hanging(t)}, 200*time.Millisecond }, []string{"endpoint_timeout"}},
		{"unauthorized", nil, says(http.StatusUnauthorized, "no"), []string{"endpoint_auth"}},
		{"forbidden", nil, says(http.StatusForbidden, "no"), []string{"endpoint_auth"}},
		{"rate limit", nil, says(http.StatusTooManyRequests, "slow down"), []string{"endpoint_rate_limit"}},
		{"rate limit in words", nil, through(func(question) *answer { return &answer{code: -32005, text: "daily request count exceeded"} }),
			[]string{"endpoint_rate_limit"}},
		{"a web page", nil, says(http.StatusOK, "<html>"), []string{"endpoint_not_rpc"}},
		{"other JSON", nil, says(http.StatusOK, `{"hello": 1}`), []string{"endpoint_not_rpc"}},
		{"not found", nil, says(http.StatusNotFound, "nothing here"), []string{"endpoint_not_rpc"}},
		{"no such method", nil, through(func(question) *answer { return &answer{code: -32601, text: "the method does not exist"} }),
			[]string{"endpoint_not_rpc"}},
		{"bad gateway", nil, says(http.StatusBadGateway, "oh"), []string{"endpoint_failing"}},
		{"another chain", nil, func(o *Options) { o.ChainID = 1 }, []string{"wrong_chain"}},
		{"two of different chains", nil, func(o *Options) {
			other := c.proxy(t, func(q question) *answer {
				if q.Method == "eth_chainId" {
					return &answer{result: "0x5"}
				}
				return nil
			})
			o.ChainID, o.Endpoints = 0, append(o.Endpoints, other)
		}, []string{"wrong_chain"}},
		{"the second one serves", nil, func(o *Options) { o.Endpoints = append([]string{closedPort(t)}, o.Endpoints...) },
			[]string{"endpoint_refused"}},
		{"clocks agree", nil, clock(3), nil},
		{"clock an hour behind", nil, clock(-3600), []string{"clock_behind"}},
		{"clock an hour ahead", nil, clock(3600), []string{"head_old"}},
		{"syncing", nil, on("eth_syncing", answer{result: map[string]string{"startingBlock": "0x0", "currentBlock": "0x5", "highestBlock": "0x50"}}),
			[]string{"endpoint_syncing"}},
		{"no finalized tag", nil, tag("finalized", answer{code: -32000, text: "finalized block not found"}), []string{"no_finalized"}},
		{"no safe tag", nil, tag("safe", answer{code: -39001, text: "Unknown block"}), []string{"no_safe"}},
		{"null for finalized", nil, tag("finalized", answer{}), []string{"no_finalized"}},
		{"finality stands still", nil, tag("finalized", answer{ask: &question{Method: "eth_getBlockByNumber",
			Params: []json.RawMessage{[]byte(`"0x5"`), []byte(`false`)}}}), []string{"finality_slow"}},
		{"pruned", func() { c.elect(0); c.advance(c.Roster.Times.Start(0) + 5) }, through(func(q question) *answer {
			if _, _, block := q.call(); block != 0 && block+3 < c.Block() {
				return &answer{code: -32000, text: "missing trie node 00 (path ) state is not available"}
			}
			return nil
		}), []string{"pruned"}},
		{"long ranges refused", nil, through(ranges(func(size uint64) bool { return size <= 16 })), []string{"log_range"}},
		{"logs refused", nil, through(ranges(func(uint64) bool { return false })), []string{"logs_refused"}},
	})
	t.Run("calls are limited", func(t *testing.T) {
		r := c.look(on("eth_call", answer{status: http.StatusTooManyRequests, text: "slow down"}))
		c.expect(t, r)
		if r.Status != CannotTell || len(r.Unknown()) == 0 {
			t.Errorf("status %v:\n%s", r.Status, tableOf(t, r))
		}
	})
	t.Run("oldest capture that matters", func(t *testing.T) {
		defer c.rewind()
		at := c.Roster.Times
		c.must(c.AdvanceTo(at.Capture(3) - 5))
		want := fmt.Sprintf("state at block %d, the capture of era 3", c.Block())
		c.must(c.AdvanceTo(at.Capture(3) + 5))
		c.must(c.AdvanceTo(at.Capture(2) + at.MaxVaultEpoch + 1))
		if text := tableOf(t, c.look()); !strings.Contains(text, want) {
			t.Errorf("not %q:\n%s", want, text)
		}
	})
	t.Run("range", func(t *testing.T) {
		f := finding(t, c.look(through(ranges(func(size uint64) bool { return size <= 16 }))), "log_range")
		var have int
		if _, err := fmt.Sscanf(f.Have, "%d blocks", &have); err != nil || have < 8 || have > 16 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// ranges refuses logs of ranges that are not accepted.
func ranges(accepted func(size uint64) bool) func(question) *answer {
	return func(q question) *answer {
		if q.Method != "eth_getLogs" {
			return nil
		}
		var filter struct {
			From string `json:"fromBlock"`
			To   string `json:"toBlock"`
		}
		var from, to uint64
		if err := json.Unmarshal(q.Params[0], &filter); err != nil {
			return nil
		}
		fmt.Sscanf(filter.From, "0x%x", &from)
		fmt.Sscanf(filter.To, "0x%x", &to)
		if accepted(to - from + 1) {
			return nil
		}
		return &answer{code: -32005, text: "query returned more than 10000 results"}
	}
}

// closedPort is a URL at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// hanging is a URL that takes connections and never answers.
func (c *clinic) hanging(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String()
}

// testContracts: what is wrong with contracts and vaults, which no transaction can do to them.
func (c *clinic) testContracts(t *testing.T) {
	at, own := c.Roster.At, c.Vaults[1].Vault
	through := func(to common.Address, packed []byte, word string) func(*Options) {
		return func(o *Options) { o.Endpoints = []string{c.proxy(t, replace(to, packed, word))} }
	}
	none, other := word(nil), word([]byte{1, 2, 3})
	times, err := c.Client().CallContract(c.ctx, callOf(at.Middleware, middleware.PackTimes()), nil)
	c.must(err)
	copy(times[32*14:], common.LeftPadBytes([]byte{2, 200}, 32)) // a notice of 712 s is shorter than two epochs of a vault
	service := c.Symbiotic().NetworkMiddleware
	id := c.Roster.Subnetwork(c.Set)
	c.run(t, []fault{
		{"no code", nil, func(o *Options) { o.Middleware, o.Expected = common.Address{5}, nil }, []string{"no_code"}},
		{"no code at Programs", nil, func(o *Options) { o.Programs, o.Expected = common.Address{5}, nil }, []string{"no_code"}},
		{"token for Middleware", nil, func(o *Options) { o.Middleware, o.Expected = at.Token, nil }, []string{"not_roster"}},
		{"Router for Programs", nil, func(o *Options) { o.Programs, o.Expected = at.Token, nil }, []string{"not_roster"}},
		{"another file", nil, func(o *Options) { file := at; file.Router = common.Address{5}; o.Expected = &file }, []string{"other_address"}},
		{"wiring", nil, through(at.Router, router.PackMIDDLEWARE(), other), []string{"wrong_wiring"}},
		{"not a network", nil, through(c.Symbiotic().NetworkRegistry, registries.PackIsEntity(at.Middleware), none), []string{"not_a_network"}},
		{"another middleware", nil, through(service, services.PackMiddleware(at.Middleware), other), []string{"other_middleware"}},
		{"no judge", nil, through(at.Middleware, middleware.PackJudge(), none), []string{"role_missing"}},
		{"judge and resolver", nil, through(at.Middleware, middleware.PackJudge(), word(c.Resolver.Sender.From().Bytes())), []string{"judge_is_resolver"}},
		{"times", nil, through(at.Middleware, middleware.PackTimes(), "0x"+common.Bytes2Hex(times)), []string{"times_broken"}},
		{"veto too long", nil, through(own.Slasher, slashers.PackVetoDuration(), word([]byte{41})), []string{"vault_times"}},
		{"resolver", nil, through(own.Slasher, slashers.PackResolver(id, nil), other), []string{"vault_resolver"}},
		{"collateral", nil, through(at.Middleware, middleware.PackCollateralWeightAt(at.Token, far), none),
			[]string{"collateral_weightless", "below_minimum"}},
		{"unreadable", nil, func(o *Options) {
			selector := "0x" + common.Bytes2Hex(delegators.PackStakeAt(id, common.Address{}, far, nil)[:4])
			o.Endpoints = []string{c.proxy(t, func(q question) *answer {
				if to, s, _ := q.call(); to == own.Delegator && s == selector {
					return &answer{code: 3, text: "execution reverted"}
				}
				return nil
			})}
		}, []string{"vault_unreadable"}},
		{"no key", nil, through(at.Operators, operators.PackKeyHashAt(chain.Number(c.Set), common.Address{}, far), none), []string{"no_key"}},
	})
}

// testFiles: keys and the store.
func (c *clinic) testFiles(t *testing.T) {
	head, final := c.Head(), chain.BlockOf(c.Head())
	stored := func(name string, middleware core.Address, at store.Position) string {
		path := filepath.Join(t.TempDir(), name)
		s, err := store.Open(c.ctx, path)
		c.must(err)
		c.must(s.Bind(c.ctx, devnet.ChainID, middleware))
		if !at.IsZero() {
			c.must(s.Advance(c.ctx, store.Position{}, at, nil, nil))
		}
		c.must(s.Close())
		return path
	}
	ours, here := core.Address(c.Roster.At.Middleware), store.Position{Number: final.Number, Hash: final.Hash, Time: final.Time}
	old, err := c.Client().HeaderByNumber(c.ctx, new(big.Int).Sub(head.Number, big.NewInt(40)))
	c.must(err)
	behind := chain.BlockOf(old)
	elsewhere := here
	elsewhere.Hash = core.Hash{1}
	whole := stored("node.db", ours, here)
	account, password := c.keystoreOf(1)
	is := func(path string) func(*Options) { return func(o *Options) { o.Store = path } }
	c.run(t, []fault{
		{"store", nil, is(whole), nil},
		{"store missing", nil, is(filepath.Join(t.TempDir(), "none.db")), []string{"store_missing"}},
		{"store is a folder", nil, is(t.TempDir()), []string{"store_unreadable"}},
		{"store corrupt", nil, is(c.file("broken.db", strings.Repeat("not a database ", 100))), []string{"store_corrupt"}},
		{"store foreign", nil, is(stored("foreign.db", core.Address{1}, here)), []string{"store_foreign"}},
		{"store empty", nil, is(stored("empty.db", ours, store.Position{})), []string{"store_empty"}},
		{"store behind", nil, is(stored("behind.db", ours, store.Position{Number: behind.Number, Hash: behind.Hash, Time: behind.Time})),
			[]string{"store_behind"}},
		{"store on another branch", nil, is(stored("branch.db", ours, elsewhere)), []string{"store_branch"}},
		{"keystore", nil, func(o *Options) { o.Keystore, o.Password = account, password }, nil},
		{"wrong password", nil, func(o *Options) { o.Keystore, o.Password = account, chain.Password{File: c.file("wrong", "guess")} },
			[]string{"keystore_closed"}},
		{"no BLS key file", nil, func(o *Options) { o.BLSKey = "/nowhere/bls.key" }, []string{"key_file"}},
		{"BLS key in a keystore", nil, func(o *Options) { o.BLSKey, o.BLSPassword = c.blsKeystore() }, nil},
		{"BLS key with a wrong password", nil, func(o *Options) {
			o.BLSKey, _ = c.blsKeystore()
			o.BLSPassword = chain.Password{File: c.file("wrong", "guess")}
		}, []string{"key_file"}},
	})
	t.Run("a node has the store open", func(t *testing.T) {
		s, err := store.Open(c.ctx, whole)
		c.must(err)
		defer s.Close()
		r := c.look(is(whole))
		c.expect(t, r)
		if last := r.Checks[len(r.Checks)-1]; last.Name != "store" || !strings.Contains(last.Text, "open") {
			t.Errorf("%+v", last)
		}
	})
	t.Run("nothing is made", func(t *testing.T) {
		dir := t.TempDir()
		c.look(is(filepath.Join(dir, "none.db")))
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	t.Run("without an endpoint", func(t *testing.T) {
		r := c.look(func(o *Options) {
			o.Endpoints, o.Store, o.Keystore, o.Password = []string{closedPort(t)}, whole, account, password
		})
		c.expect(t, r, "endpoint_refused")
		if text := tableOf(t, r); !strings.Contains(text, "opens, and has read up to") || !strings.Contains(text, "opens; its account is") {
			t.Errorf("what needs no chain was not looked at:\n%s", text)
		}
	})
	c.seen["store_version"] = c.testVersion(t)
}

// testVersion: a store of a newer program. Only one that will be can write it, so the reason is looked up here.
func (c *clinic) testVersion(t *testing.T) bool {
	newer, known := storeReason(fmt.Errorf("open x: %w", store.ErrNewer))
	other, also := storeReason(fmt.Errorf("open x: %w", store.ErrMigration))
	if !known || !also || newer != storeVersion || other != storeVersion {
		t.Errorf("%v, %v", newer, other)
	}
	return known
}

// blsKeystore is the operator's BLS key in a keystore.
func (c *clinic) blsKeystore() (string, chain.Password) {
	c.t.Helper()
	secret, path := c.self.Key.Bytes(), filepath.Join(c.t.TempDir(), "bls.json")
	c.must(chain.SaveSecret(path, "bls sesame", secret[:], true))
	return path, chain.Password{File: c.file("bls.password", "bls sesame\n")}
}

// testCancelled: an interrupt is an error, a deadline is something that cannot be told.
func (c *clinic) testCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(c.ctx)
	cancel()
	if _, err := Run(ctx, c.options()); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	ctx, cancel = context.WithCancel(c.ctx)
	defer cancel()
	asked := 0
	o := c.options()
	o.Endpoints = []string{c.proxy(t, func(q question) *answer {
		if asked++; asked == 40 {
			cancel()
		}
		return nil
	})}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted in the middle: %v", err)
	}
	expired, cancel := context.WithDeadline(c.ctx, time.Unix(0, 0))
	defer cancel()
	r, err := Run(expired, c.options())
	if err != nil || r.Status != CannotTell {
		t.Errorf("out of time: %v, %+v", err, r)
	}
}

// testSecrets: nothing of a URL but scheme and host is ever printed, nor what is in a key file.
func (c *clinic) testSecrets(t *testing.T) {
	bad := func(a answer) string {
		return c.proxy(t, func(q question) *answer {
			if q.Method == "eth_call" {
				return &a
			}
			return nil
		})
	}
	with := func(url string) string {
		return strings.Replace(url, "http://", "http://rosa:letmein@", 1) + "/v3/hunter2key?token=hushhush"
	}
	secret := c.self.Key.Bytes()
	for _, url := range []string{
		with(bad(answer{status: http.StatusUnauthorized, text: "key hunter2key of user rosa is unknown: /v3/hunter2key?token=hushhush"})),
		with(bad(answer{status: -1})), with(bad(answer{code: -32000, text: "no project hunter2key, token hushhush"})),
		with(closedPort(t)), "http://rosa:letmein@[::1/hunter2key?token=hushhush", "ftp://rosa:letmein@x/hunter2key?token=hushhush",
	} {
		r := c.look(func(o *Options) {
			o.Endpoints = []string{url}
			o.Probe = 5 * time.Second
			o.Keystore, o.Password = c.keystoreOf(1)
			o.Password.File = c.file("password", "letmein")
			o.Store = c.file("x.db", "hunter2key")
		})
		var b bytes.Buffer
		c.must(r.JSON(&b))
		text := b.String() + tableOf(t, r)
		if r.Status == OK || slices.ContainsFunc(r.Findings(), func(f Check) bool { return f.Code == notRoster.Code }) {
			t.Errorf("a contract is blamed for the endpoint:\n%s", text)
		}
		for _, word := range []string{"rosa", "letmein", "hunter2key", "hush", common.Bytes2Hex(secret[:]), "open sesame"} {
			if strings.Contains(text, word) {
				t.Errorf("%s is told:\n%s", word, text)
			}
		}
	}
	broken := c.file("broken.key", strings.Repeat("ab", 31)+"zz")
	r := c.look(func(o *Options) { o.BLSKey = broken })
	c.expect(t, r, "key_file")
	if strings.Contains(tableOf(t, r), "abab") {
		t.Errorf("what the key file holds is told:\n%s", tableOf(t, r))
	}
}

// TestClassify: what cannot be planted without a name server and certificates.
func TestClassify(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		err  error
		want core.Reason
	}{
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "nowhere"}}, endpointDNS},
		{errors.New("tls: failed to verify certificate: x509: certificate signed by unknown authority"), endpointTLS},
		{errors.New("http: server gave HTTP response to HTTPS client"), endpointTLS},
		{context.DeadlineExceeded, endpointTimeout},
		{errors.New("EOF"), endpointFailing},
	} {
		if got := classify(fmt.Errorf("ask: %w", x.err)); got != x.want {
			t.Errorf("%v: %s, want %s", x.err, got.Code, x.want.Code)
		}
	}
}

// TestWords: amounts are exact, moments are dates.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ have, want string }{
		{decimal(big.NewInt(0), 12), "0"}, {decimal(big.NewInt(1), 12), "0.000000000001"},
		{decimal(big.NewInt(1_500_000_000_000), 12), "1.5"}, {decimal(big.NewInt(12_000_000_000_000), 12), "12"},
		{Moment(100, 40), "1970-01-01 00:01:40 UTC (in 1 min 0 s)"}, {Moment(40, 100), "1970-01-01 00:00:40 UTC (1 min 0 s ago)"},
		{Moment(40, 40), "1970-01-01 00:00:40 UTC (now)"}, {Moment(maxMoment+1, 0), "never"},
		{span(59), "59 s"}, {span(3600), "1 h 0 min"}, {span(90_000), "1 d 1 h"},
		{chain.Redact("https://u:p@h.example:8/v3/k?x=y"), "https://h.example:8/…"}, {chain.Redact("http://h/"), "http://h"}, {chain.Redact("x"), "(no URL)"},
	} {
		if x.have != x.want {
			t.Errorf("%q, want %q", x.have, x.want)
		}
	}
}

// TestReasons: codes are unique and of one form, and texts are there.
func TestReasons(t *testing.T) {
	t.Parallel()
	form, seen := regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*$`), map[string]bool{}
	for _, r := range Reasons() {
		if !form.MatchString(r.Code) || seen[r.Code] || r.Short == "" || r.Long == "" {
			t.Errorf("%+v", r)
		}
		seen[r.Code] = true
	}
}

func callOf(to common.Address, data []byte) ethereum.CallMsg {
	return ethereum.CallMsg{To: &to, Data: data}
}
