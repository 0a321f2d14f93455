package e2e

import (
	"errors"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

func minus(a, b core.Amount) core.Amount { return *new(core.Amount).Sub(&a, &b) }

func plus(a, b core.Amount) core.Amount { return *new(core.Amount).Add(&a, &b) }

func half(a core.Amount) core.Amount { return *new(core.Amount).Rsh(&a, 1) }

// decoded is the revert in what a bare client returned, nil when there is no data.
func decoded(err error) *chain.Revert {
	var withData rpc.DataError
	if !errors.As(err, &withData) {
		return nil
	}
	text, _ := withData.ErrorData().(string)
	return chain.Decode(common.FromHex(text))
}

// longSetup leaves an hour before the first capture, for worlds that take many transactions to set up.
func longSetup() devnet.NetworkOptions { return devnet.NetworkOptions{Setup: 3_600} }

func vaultSpec() devnet.VaultSpec { return devnet.VaultSpec{} }

// callTo is a bare call of an account.
func callTo(to common.Address) ethereum.CallMsg { return ethereum.CallMsg{To: &to} }

// without simulates a call on a chain whose precompile of this number is missing: it is moved elsewhere, and an
// account without code left in its place.
func (w *world) without(precompile byte, by engine.Hand, to common.Address, data []byte) error {
	w.t.Helper()
	from, at, away := by.Sender.From(), common.BytesToAddress([]byte{precompile}), common.HexToAddress("0xdead01")
	var out string
	err := w.Client().Client().CallContext(w.ctx, &out, "eth_call",
		map[string]any{"from": from, "to": to, "data": hexutil.Bytes(data), "gas": hexutil.Uint64(chain.MaxGas)}, "latest",
		map[common.Address]any{at: map[string]any{"movePrecompileToAddress": away}})
	if r := decoded(err); r != nil {
		return r
	}
	return err
}

// call is one account's call of a contract.
type call struct {
	by   engine.Hand
	to   common.Address
	data []byte
}

// inOneBlock sends several calls of one account so that they share a block, and its second; all must succeed.
func (w *world) inOneBlock(by engine.Hand, to common.Address, data ...[]byte) {
	w.t.Helper()
	var calls []call
	for _, d := range data {
		calls = append(calls, call{by, to, d})
	}
	w.allInOneBlock(calls...)
}

// allInOneBlock is inOneBlock for calls of any accounts.
func (w *world) allInOneBlock(calls ...call) {
	w.t.Helper()
	var sent []*types.Transaction
	for _, c := range calls {
		tx, err := c.by.Sender.Send(w.ctx, chain.Call{To: &c.to, Data: c.data, Gas: 2_000_000})
		w.must(err)
		sent = append(sent, tx)
	}
	before := w.Block()
	for i, tx := range sent {
		_, err := calls[i].by.Sender.Wait(w.ctx, tx)
		w.must(err)
	}
	if w.Block() != before+1 {
		w.t.Fatalf("%d blocks, want one", w.Block()-before)
	}
}
