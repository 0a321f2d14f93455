package fleet

import (
	"encoding/hex"
	"math/big"
	"path/filepath"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// hostileToken is a token that takes deposits and pays nothing out: transferFrom adds to the one balance that everybody
// has, transfer reverts. Hand-made, since Solidity of ours is compiled for what is deployed:
//
//	selector of the call
//	  transferFrom: balance += amount; return 1
//	  balanceOf:    return balance
//	  else:         revert
const hostileToken = "6000" + "35" + "60e0" + "1c" +
	"80" + "6323b872dd" + "14" + "601e" + "57" +
	"80" + "6370a08231" + "14" + "6033" + "57" +
	"600080fd" +
	"5b" + "6044" + "35" + "6000" + "54" + "01" + "6000" + "55" + "6001" + "6000" + "52" + "6020" + "6000" + "f3" +
	"5b" + "6000" + "54" + "6000" + "52" + "6020" + "6000" + "f3"

// TestHostileToken: a vault whose token does not let itself be taken keeps its own slash from being executed, and nothing
// else: the other vault pays, and the nodes go on.
func TestHostileToken(t *testing.T) {
	f := begin(t, Options{Nodes: 2, Eras: 3, BlockTime: 3})
	ctx, at, o := t.Context(), f.Roster.At, f.team[0]
	code, err := hex.DecodeString(hostileToken)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := f.Owner.Sender.Deploy(ctx, append([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x0b, 0x60, 0, 0x39, 0x60, 0, 0xf3}, code...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := devnet.Do(ctx, f.Owner, at.Middleware, bindings.NewMiddleware().PackAnnounceCollateral(token, big.NewInt(core.One))); err != nil {
		t.Fatal(err)
	}
	vault, err := f.MakeVault(ctx, f.curator, devnet.VaultSpec{Collateral: token, Delegator: devnet.OperatorSpecific, Operator: o.Sender.From()})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Link(ctx, f.Symbiotic(), f.set, vault); err != nil {
		t.Fatal(err)
	}
	if err := f.Limit(ctx, f.curator, f.set, vault, whole(1_000_000)); err != nil {
		t.Fatal(err)
	}
	deposit := bindings.NewVault().PackDeposit(o.Sender.From(), chain.Big(whole(5_000)))
	if _, err := devnet.Do(ctx, o.Hand, vault.Address, deposit); err != nil {
		t.Fatal(err)
	}
	// The collateral counts from the first capture after its notice on.
	counts, _, _ := f.Roster.Times.Effective(f.Now())
	f.until(t, f.Roster.Times.Start(counts+1)+30)
	if f.betrayed != nil {
		t.Fatal("somebody has betrayed already")
	}
	f.mayBetray, f.traitor = true, o.Address()
	f.until(t, f.Roster.Times.Start(counts+4)+60)
	if f.betrayed == nil || f.betrayed.Operator != o.Address() {
		t.Fatalf("betrayed: %+v", f.betrayed)
	}
	cases, err := f.Roster.Cases(ctx, *f.betrayed, 1, f.Block())
	if err != nil || len(cases) != 2 {
		t.Fatalf("%d cases (%v)", len(cases), err)
	}
	for _, c := range cases {
		hostile := c.Vault == core.Address(vault.Address)
		if c.RequestedAt == 0 || (c.ExecutedAt == 0) != hostile {
			t.Errorf("%v: hostile %v, requested at %d, executed %v", c, hostile, c.RequestedAt, c.ExecutedAt > 0)
		}
	}
	tried := false
	for _, m := range f.nodes {
		for _, i := range intents(t, m) {
			tried = tried || i.Tries > 2 && i.Reason != "" && slash.Execute.String() == i.Key[:len(slash.Execute.String())]
		}
	}
	if !tried {
		t.Error("nobody tried to execute again")
	}
}

// TestTwoNodesOneKey: two nodes of one operator, each with a store and a journal of its own. They do not get into each
// other's way for long, and everything is as if there were one.
func TestTwoNodesOneKey(t *testing.T) {
	f := begin(t, Options{Nodes: 3, Eras: 1, BlockTime: 2})
	twin := &member{index: 3, operator: f.nodes[0].operator, dir: filepath.Join(f.Dir, "twin"), endpoint: &endpoint{Client: f.Client()}}
	if err := f.start(t.Context(), twin); err != nil {
		t.Fatal(err)
	}
	f.nodes = append(f.nodes, twin)
	f.until(t, f.Roster.Times.Start(3)+60)
	f.check(t)
	for _, m := range []*member{f.nodes[0], twin} {
		for _, i := range intents(t, m) {
			if i.Open() && i.Status != "failed" && f.Block() > i.CreatedAt+10 {
				t.Errorf("node %d: %s is %s since block %d", m.index, i.Key, i.Status, i.CreatedAt)
			}
		}
	}
}
