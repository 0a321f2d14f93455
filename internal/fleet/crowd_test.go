package fleet

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// TestThousandOperatorsInABlock: a node takes a block in which a thousand operators register like any other, has every one
// of them as the chain has it, and knows why each is not elected.
func TestThousandOperatorsInABlock(t *testing.T) {
	size := 1000
	if testing.Short() {
		size = 100
	}
	n, err := devnet.StartNetwork(t.Context(), devnet.NetworkOptions{Setup: 1200,
		Options: devnet.Options{Accounts: size + 20, BlockGas: uint64(size)*450_000 + 60_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	set, err := n.CreateSet(t.Context(), devnet.DefaultParameters())
	if err != nil {
		t.Fatal(err)
	}
	id := big.NewInt(devnet.ChainID)
	send := func(a devnet.Account, nonce uint64, to common.Address, data []byte) {
		t.Helper()
		tx := types.MustSignNewTx(a.Key, types.LatestSignerForChainID(id), &types.DynamicFeeTx{ChainID: id, Nonce: nonce,
			GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e12), Gas: 440_000, To: &to, Data: data})
		if err := n.Client().SendTransaction(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	s := n.Symbiotic()
	for i := range size {
		send(n.Account(10+i), 0, s.OperatorRegistry, bindings.NewOperatorRegistry().PackRegisterOperator())
	}
	if _, err := n.Commit(); err != nil {
		t.Fatal(err)
	}
	for i := range size {
		send(n.Account(10+i), 1, s.NetworkOptIn, bindings.NewOptInService().PackOptIn(n.Roster.At.Middleware))
	}
	if _, err := n.Commit(); err != nil {
		t.Fatal(err)
	}
	for i := range size {
		a := n.Account(10 + i)
		key, err := bls.SecretKeyFromSeed(fmt.Appendf(nil, "a seed of thirty-two bytes and more, %d", i))
		if err != nil {
			t.Fatal(err)
		}
		public := key.PublicKey()
		proof := key.ProvePossession(batch.Possession(n.Roster.ChainID, core.Address(n.Roster.At.Middleware), set, core.Address(a.Address), public.Hash()))
		send(a, 2, n.Roster.At.Operators, bindings.NewOperators().PackRegisterOperator(chain.Number(set), chain.KeyWords(public.Packed()),
			chain.SignatureWords(proof.Packed()), "", 0))
	}
	before := n.Block()
	if err := n.Advance(1); err != nil {
		t.Fatal(err)
	}
	operators, err := n.Roster.OperatorsOf(t.Context(), set, n.Block())
	if err != nil || len(operators) != size || n.Block() != before+1 {
		t.Fatalf("%d operators in %d blocks (%v)", len(operators), n.Block()-before, err)
	}
	if err := n.AdvanceTo(n.Roster.Times.SealableAt(0)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Stranger.Seal(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	policy, err := chain.ParseFinality("finalized")
	if err != nil {
		t.Fatal(err)
	}
	node, err := app.Open(t.Context(), app.Setup{Dir: t.TempDir(), Client: n.Client(), Heads: chain.Heads{Client: n.Client(), Finality: policy},
		Middleware: n.Roster.At.Middleware, Programs: n.Roster.At.Programs, FirstBlock: n.Roster.FirstBlock,
		Signer: chain.NewKeySigner(n.Account(3).Key), Sample: size})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	if _, err := node.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	election, known, err := node.Store().Election(t.Context(), set, 0)
	if err != nil || !known || len(election.Operators) != size {
		t.Fatalf("%d outcomes (%v)", len(election.Operators), err)
	}
	for _, o := range election.Operators {
		if o.Elected || o.Code != "below_minimum" {
			t.Errorf("%s: %s", o.Operator, o.Detail)
		}
	}
}
