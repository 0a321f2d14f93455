package chain

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// The topics, and which fields of an event are topics, are those of Symbiotic's compiled contracts.
func TestMirroredTopics(t *testing.T) {
	for _, c := range []struct {
		contract, event string
		id              common.Hash
		topics          int
	}{
		{"Vault", "Deposit", deposited, 2}, {"Vault", "Withdraw", withdrawn, 2}, {"Vault", "Claim", claimed, 2},
		{"Vault", "ClaimBatch", claimedMany, 2}, {"Vault", "OnSlash", slashed, 0},
		{"OptInService", "OptIn", optedIn, 2}, {"OptInService", "OptOut", optedOut, 2},
		{"NetworkRestakeDelegator", "SetNetworkLimit", networkLimit, 1},
		{"FullRestakeDelegator", "SetNetworkLimit", networkLimit, 1},
		{"OperatorSpecificDelegator", "SetNetworkLimit", networkLimit, 1},
		{"NetworkRestakeDelegator", "SetMaxNetworkLimit", maxNetworkLimit, 1},
		{"FullRestakeDelegator", "SetMaxNetworkLimit", maxNetworkLimit, 1},
		{"OperatorSpecificDelegator", "SetMaxNetworkLimit", maxNetworkLimit, 1},
		{"OperatorNetworkSpecificDelegator", "SetMaxNetworkLimit", maxNetworkLimit, 1},
		{"NetworkRestakeDelegator", "SetOperatorNetworkShares", operatorShares, 2},
		{"FullRestakeDelegator", "SetOperatorNetworkLimit", operatorLimit, 2},
		{"NetworkRestakeDelegator", "OnSlash", operatorSlashed, 2}, {"FullRestakeDelegator", "OnSlash", operatorSlashed, 2},
		{"OperatorSpecificDelegator", "OnSlash", operatorSlashed, 2},
		{"OperatorNetworkSpecificDelegator", "OnSlash", operatorSlashed, 2},
	} {
		e := compiled(t, c.contract).Events[c.event]
		indexed := 0
		for _, in := range e.Inputs {
			if in.Indexed {
				indexed++
			}
		}
		if e.ID != c.id || indexed != c.topics {
			t.Errorf("%s of %s is %v with %d indexed fields, want %v with %d", c.event, c.contract, e.ID, indexed, c.id, c.topics)
		}
	}
	// Version 2 of the vault is not compiled anywhere here; it is an OpenZeppelin ERC-20.
	if id := bindings.NewWrappedVara().GetABI().Events["Transfer"].ID; id != transferred {
		t.Errorf("Transfer is %v, want %v", id, transferred)
	}
}

// compiled is the ABI of one of Symbiotic's contracts.
func compiled(t *testing.T, name string) (a abi.ABI) {
	t.Helper()
	raw, err := os.ReadFile("../devnet/artifacts/" + name + ".json")
	if err != nil {
		t.Fatalf("%v; run: make build", err)
	}
	if err := json.Unmarshal(raw, &struct{ ABI *abi.ABI }{&a}); err != nil {
		t.Fatal(err)
	}
	return a
}

// mirror follows one vault, without a chain.
func mirror(t *testing.T) *Mirror {
	t.Helper()
	m := &Mirror{networkOptIn: common.Address{0x05}, roster: &Roster{At: Addresses{Operators: common.Address{1},
		Middleware: common.Address{2}, Router: common.Address{3}}}}
	m.Reset()
	if err := m.Follow(stake.VaultFacts{Address: core.Address{0x10}, Delegator: core.Address{0x11}, Slasher: core.Address{0x12},
		OptIn: core.Address{0x06}, Version: 2, EpochDuration: 10}); err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	aVault, aDelegator, aSlasher = common.Address{0x10}, common.Address{0x11}, common.Address{0x12}
	anOperator                   = common.Address{0x20}
)

func word(a common.Address) common.Hash { return common.BytesToHash(a[:]) }

func wordsOf(numbers ...int64) (out []byte) {
	for _, n := range numbers {
		out = append(out, common.BigToHash(big.NewInt(n)).Bytes()...)
	}
	return out
}

// Each event becomes the one of core with the same fields in the same places; one with anything missing is an error,
// and what concerns others is passed over.
func TestDecodeLogs(t *testing.T) {
	m := mirror(t)
	a, b := common.Address{0xaa}, common.Address{0xbb}
	sub := func(network common.Address, set *big.Int) (h common.Hash) {
		copy(h[:20], network[:])
		set.FillBytes(h[20:])
		return h
	}
	ours, v, o := sub(common.Address{2}, big.NewInt(5)), core.Address(aVault), core.Address(anOperator)
	for _, c := range []struct {
		name string
		at   common.Address
		list []common.Hash
		data []byte
		want stake.Event
	}{
		{"deposit", aVault, []common.Hash{deposited, word(a), word(b)}, wordsOf(7, 8), stake.Deposited{Vault: v, Account: core.Address(b), Amount: n(7), Shares: n(8)}},
		{"withdrawal", aVault, []common.Hash{withdrawn, word(a), word(b)}, wordsOf(7, 8, 9),
			stake.Withdrawn{Vault: v, Account: core.Address(a), Claimer: core.Address(b), Amount: n(7), Burned: n(8), Minted: n(9)}},
		{"claim", aVault, []common.Hash{claimed, word(a), word(b)}, wordsOf(7, 8), stake.Claimed{Vault: v, Account: core.Address(a), Epochs: []uint64{7}}},
		{"claims", aVault, []common.Hash{claimedMany, word(a), word(b)}, wordsOf(64, 9, 2, 7, 8), stake.Claimed{Vault: v, Account: core.Address(a), Epochs: []uint64{7, 8}}},
		{"transfer", aVault, []common.Hash{transferred, word(a), word(b)}, wordsOf(7), stake.Transferred{Vault: v, From: core.Address(a), To: core.Address(b), Shares: n(7)}},
		{"slash of a vault", aVault, []common.Hash{slashed}, wordsOf(7, 8, 9), stake.VaultSlashed{Vault: v, Capture: 8, Slashed: n(9)}},
		{"limit", aDelegator, []common.Hash{networkLimit, ours}, wordsOf(7), stake.NetworkLimitSet{Vault: v, Set: 5, Amount: n(7)}},
		{"max limit", aDelegator, []common.Hash{maxNetworkLimit, ours}, wordsOf(7), stake.MaxNetworkLimitSet{Vault: v, Set: 5, Amount: n(7)}},
		{"shares", aDelegator, []common.Hash{operatorShares, ours, word(anOperator)}, wordsOf(7), stake.OperatorSharesSet{Vault: v, Operator: o, Set: 5, Shares: n(7)}},
		{"operator limit", aDelegator, []common.Hash{operatorLimit, ours, word(anOperator)}, wordsOf(7), stake.OperatorLimitSet{Vault: v, Operator: o, Set: 5, Amount: n(7)}},
		{"slash of an operator", aDelegator, []common.Hash{operatorSlashed, ours, word(anOperator)}, wordsOf(7, 8),
			stake.OperatorSlashed{Vault: v, Operator: o, Set: 5, Amount: n(7), Capture: 8}},
		{"opt-in to a vault", common.Address{0x06}, []common.Hash{optedIn, word(anOperator), word(aVault)}, nil, stake.VaultOptedIn{Vault: v, Operator: o, In: true}},
		{"opt-out of a vault", common.Address{0x06}, []common.Hash{optedOut, word(anOperator), word(aVault)}, nil, stake.VaultOptedIn{Vault: v, Operator: o}},
		{"opt-in to the network", common.Address{0x05}, []common.Hash{optedIn, word(anOperator), word(common.Address{2})}, nil, stake.NetworkOptedIn{Operator: o, In: true}},

		{"opt-in to another network", common.Address{0x05}, []common.Hash{optedIn, word(anOperator), word(a)}, nil, nil},
		{"another network's shares", aDelegator, []common.Hash{operatorShares, sub(a, big.NewInt(5)), word(anOperator)}, wordsOf(7), nil},
		// The low 64 bits are those of set 5: a curator can set shares of any subnetwork.
		{"shares of a subnetwork beyond all sets", aDelegator,
			[]common.Hash{operatorShares, sub(common.Address{2}, new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(5))), word(anOperator)}, wordsOf(7), nil},
		{"a slasher's", aSlasher, []common.Hash{slashed}, wordsOf(7, 8, 9), nil},
		{"a stranger's", a, []common.Hash{deposited, word(a), word(b)}, wordsOf(7, 8), nil},
		{"another event", aVault, []common.Hash{crypto.Keccak256Hash([]byte("Other()"))}, nil, nil},
		{"no topics", aVault, nil, wordsOf(7), nil},
	} {
		l := types.Log{Address: c.at, Topics: c.list, Data: c.data}
		got, err := m.decode(&l)
		if err != nil || !equalEvents(got, c.want) {
			t.Errorf("%s: %#v, %v, want %#v", c.name, got, err, c.want)
		}
		if c.want == nil {
			continue
		}
		if len(c.data) > 0 {
			l.Data = c.data[:len(c.data)-1]
			if c.name == "claim" { // the amount is not needed
				l.Data = c.data[:31]
			}
			if _, err := m.decode(&l); err == nil {
				t.Errorf("%s: a byte of data less is no error", c.name)
			}
		}
		if len(c.list) > 1 {
			l.Data, l.Topics = c.data, c.list[:1]
			if e, err := m.decode(&l); err == nil && e != nil {
				t.Errorf("%s: without its topics it is %#v", c.name, e)
			}
		}
	}
}

func n(n uint64) (a core.Amount) { return *a.SetUint64(n) }

// equalEvents compares events, one of which has a slice.
func equalEvents(a, b stake.Event) bool {
	x, isX := a.(stake.Claimed)
	y, isY := b.(stake.Claimed)
	if isX && isY {
		return x.Vault == y.Vault && x.Account == y.Account && slices.Equal(x.Epochs, y.Epochs)
	}
	return !isX && !isY && a == b
}

// A log that cannot be read stops the mirror, loudly, before it changes anything.
func TestApplyRefuses(t *testing.T) {
	m := mirror(t)
	before := m.History.Digest()
	err := m.Apply(Fetched{Logs: []types.Log{{Address: aVault, Topics: []common.Hash{deposited}, Data: wordsOf(1)}}})
	if !errors.Is(err, errShort) || KindOf(err) != Fatal || m.History.Digest() != before {
		t.Errorf("%v of kind %v", err, KindOf(err))
	}
	if err := m.Apply(Fetched{Vaults: []stake.VaultFacts{{Address: core.Address(aVault), EpochDuration: 1}}}); !errors.Is(err, stake.ErrOrder) {
		t.Errorf("a vault twice: %v", err)
	}
}
