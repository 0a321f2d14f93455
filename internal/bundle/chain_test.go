package bundle_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bundle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

var (
	erc20      = bindings.NewWrappedVara()
	vaults     = bindings.NewVault()
	middleware = bindings.NewMiddleware()
)

// world is a network with one vault and some stakers, and a node to record from.
type world struct {
	*devnet.Network
	t      testing.TB
	client chain.Client
	node   *chain.Prover
	vault  devnet.Vault
	anchor chain.Block
}

// newWorld deposits for n stakers, a wVARA more for each than for the one before.
func newWorld(t testing.TB, n int) *world {
	t.Helper()
	return newWorldOf(t, n, devnet.Osaka)
}

// forkAt is when a fork comes that is not there from the beginning: after the deployment, which it makes too dear.
const forkAt = devnet.DefaultGenesis + 100

// newWorldOf is newWorld that ends under a fork's rules.
func newWorldOf(t testing.TB, n int, fork devnet.Fork) *world {
	t.Helper()
	net, err := devnet.StartNetwork(t.Context(), devnet.NetworkOptions{Options: devnet.Options{Listen: "127.0.0.1:0", Fork: fork, ForkAt: forkAt}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := net.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{Network: net, t: t}
	w.client, w.node = w.dial(net.URL())
	w.vault, err = net.MakeVault(t.Context(), net.Owner, devnet.VaultSpec{})
	w.must(err)
	w.do(net.Roster.At.Token, erc20.PackApprove(w.vault.Address, new(big.Int).Lsh(big.NewInt(1), 200)))
	for i := range n {
		staker := stakerOf(i)
		w.do(w.vault.Address, vaults.PackDeposit(staker, big.NewInt(int64(i+1)*devnet.VARA)))
	}
	if fork != devnet.Osaka {
		w.must(net.AdvanceTo(forkAt))
	}
	header, err := w.client.HeaderByNumber(t.Context(), nil)
	w.must(err)
	if later := header.BlockAccessListHash != nil || header.SlotNumber != nil; later != (fork == devnet.Amsterdam) {
		t.Fatalf("the anchor of fork %d is a block of Amsterdam: %v", fork, later)
	}
	w.anchor = chain.BlockOf(header)
	return w
}

// stakerOf is an account that nobody has the key of.
func stakerOf(i int) common.Address {
	hash := core.Keccak(big.NewInt(int64(i)).Bytes())
	return common.BytesToAddress(hash[:])
}

func (w *world) dial(url string) (chain.Client, *chain.Prover) {
	w.t.Helper()
	client, err := chain.Dial(w.t.Context(), url)
	w.must(err)
	w.t.Cleanup(client.Close)
	node, err := chain.NewProver(client)
	w.must(err)
	return client, node
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) do(to common.Address, data []byte) {
	w.t.Helper()
	_, err := devnet.Do(w.t.Context(), w.Owner, to, data)
	w.must(err)
}

func (w *world) record(node bundle.Node) (*bundle.Chain, error) {
	return bundle.Record(w.t.Context(), node, w.Roster.ChainID, w.Roster.FirstBlock, w.anchor)
}

// sealed is a chain with what a reader read, and no node: from the file's bytes.
func (w *world) sealed(c *bundle.Chain) *bundle.Chain {
	w.t.Helper()
	var file bytes.Buffer
	w.must(c.Bundle(bundle.Claim{}, nil).Encode(&file))
	b, err := bundle.Decode(&file, bundle.MaxPayload)
	w.must(err)
	out, err := bundle.Open(b)
	w.must(err)
	return out
}

// TestChainAnswersAsTheNode: logs, calls, reverts and headers are those of the node, while they are recorded and from the
// file alone, today and after the next fork.
func TestChainAnswersAsTheNode(t *testing.T) {
	for name, fork := range map[string]devnet.Fork{"Osaka": devnet.Osaka, "Amsterdam": devnet.Amsterdam} {
		t.Run(name, func(t *testing.T) { answersAsTheNode(t, newWorldOf(t, 3, fork)) })
	}
}

func answersAsTheNode(t *testing.T, w *world) {
	ctx := t.Context()
	recording, err := w.record(w.node)
	w.must(err)
	compare := func(c *bundle.Chain) {
		t.Helper()
		from, to := chain.Number(w.Roster.FirstBlock), chain.Number(w.anchor.Number)
		deposit, transfer := vaults.GetABI().Events["Deposit"].ID, erc20.GetABI().Events["Transfer"].ID
		for _, q := range []ethereum.FilterQuery{
			{FromBlock: from, ToBlock: to},
			{FromBlock: from, ToBlock: to, Addresses: []common.Address{w.vault.Address}},
			{FromBlock: from, ToBlock: to, Addresses: []common.Address{w.vault.Address, w.Roster.At.Token}, Topics: [][]common.Hash{{deposit, transfer}}},
			{FromBlock: from, ToBlock: to, Topics: [][]common.Hash{{transfer}, nil, {common.BytesToHash(w.vault.Address[:])}}},
			{FromBlock: to, ToBlock: to, Topics: [][]common.Hash{{}, {}, {}, {}}},
		} {
			want, err := w.client.FilterLogs(ctx, q)
			w.must(err)
			for i := range want {
				want[i].TxHash = common.Hash{} // receipts do not have it
			}
			have, err := c.FilterLogs(ctx, q)
			if err != nil || len(want) == 0 && len(q.Topics) < 4 || !slices.EqualFunc(have, want, func(a, b types.Log) bool { return reflect.DeepEqual(a, b) }) {
				t.Errorf("%+v: %v\nhave %+v\nwant %+v", q, err, have, want)
			}
		}
		for _, q := range []ethereum.CallMsg{
			{To: &w.vault.Address, Data: vaults.PackActiveSharesAt(chain.Number(w.anchor.Time), nil)},
			{To: &w.vault.Address, Data: vaults.PackCurrentEpoch()},
			{To: &w.Roster.At.Middleware, Data: middleware.PackTimes()},
			{To: &w.Roster.At.Token, Data: erc20.PackBalanceOf(w.Owner.Sender.From())},
			{To: &common.Address{19: 0xaa}},
			{To: &common.Address{19: 2}, Data: []byte("sha256")},
		} {
			want, err := w.client.CallContract(ctx, q, nil)
			w.must(err)
			if have, err := c.CallContract(ctx, q, chain.Number(w.anchor.Number)); err != nil || !bytes.Equal(have, want) {
				t.Errorf("%v %x: %x (%v), want %x", q.To, q.Data, have, err, want)
			}
		}
		refused := ethereum.CallMsg{To: &w.Roster.At.Token, Data: erc20.PackTransfer(common.Address{1}, big.NewInt(1))}
		_, have := c.CallContract(ctx, refused, nil)
		_, want := w.client.CallContract(ctx, refused, nil)
		if want = chain.Classify(want); have == nil || want == nil || have.Error() != want.Error() {
			t.Errorf("revert: %v, want %v", have, want)
		}
	}
	compare(recording)
	sealed := w.sealed(recording)
	compare(sealed)
	for _, n := range []uint64{w.Roster.FirstBlock, w.anchor.Number - 1, w.anchor.Number} {
		have, err := sealed.HeaderByNumber(ctx, chain.Number(n))
		want, wrong := w.client.HeaderByNumber(ctx, chain.Number(n))
		if err != nil || wrong != nil || have.Hash() != want.Hash() {
			t.Errorf("header of block %d: %v %v", n, err, wrong)
		}
	}
}

// TestOffline: what a bundle cannot answer is an error that says so, and none that a caller would try again.
func TestOffline(t *testing.T) {
	w := newWorld(t, 1)
	ctx := t.Context()
	recording, err := w.record(w.node)
	w.must(err)
	c := w.sealed(recording)
	before := chain.Number(w.anchor.Number - 1)
	call := ethereum.CallMsg{To: &w.Roster.At.Token, Data: erc20.PackTotalSupply()}
	logs := ethereum.FilterQuery{FromBlock: before, ToBlock: chain.Number(w.anchor.Number)}
	_, first := c.CallContract(ctx, call, nil)
	_, second := c.CallContract(ctx, call, before)
	_, third := c.FilterLogs(ctx, logs)
	_, fourth := c.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int), ToBlock: before})
	_, fifth := c.HeaderByNumber(ctx, chain.Number(w.anchor.Number+1))
	_, sixth := c.BalanceAt(ctx, w.Owner.Sender.From(), nil)
	_, seventh := c.CallContract(ctx, ethereum.CallMsg{To: call.To, Value: big.NewInt(1)}, nil)
	for i, x := range []struct{ have, want error }{
		{first, bundle.ErrMissing}, {second, bundle.ErrOffline}, {third, bundle.ErrMissing}, {fourth, bundle.ErrMissing}, {fifth, bundle.ErrMissing},
		{sixth, bundle.ErrOffline}, {c.SendTransaction(ctx, nil), bundle.ErrOffline}, {seventh, bundle.ErrOffline},
	} {
		if !errors.Is(x.have, x.want) || chain.KindOf(x.have) != chain.Fatal {
			t.Errorf("%d: %v (%v), want %v", i, x.have, chain.KindOf(x.have), x.want)
		}
	}
}

// liar is a node that changes what it answers, where it is told to.
type liar struct {
	bundle.Node
	headers  func([]*types.Header)
	receipts func([][]byte) [][]byte
	proof    func([][]byte) [][]byte
	code     func([]byte) []byte
}

func (l liar) Headers(ctx context.Context, from, to uint64) ([]*types.Header, error) {
	list, err := l.Node.Headers(ctx, from, to)
	if l.headers != nil {
		l.headers(list)
	}
	return list, err
}

func (l liar) Receipts(ctx context.Context, blocks []common.Hash) ([][][]byte, error) {
	lists, err := l.Node.Receipts(ctx, blocks)
	for i := range lists {
		if l.receipts != nil {
			lists[i] = l.receipts(lists[i])
		}
	}
	return lists, err
}

func (l liar) Proof(ctx context.Context, account common.Address, slots []common.Hash, block uint64) ([][]byte, error) {
	nodes, err := l.Node.Proof(ctx, account, slots, block)
	if l.proof != nil {
		nodes = l.proof(nodes)
	}
	return nodes, err
}

func (l liar) Code(ctx context.Context, account common.Address, block uint64) ([]byte, error) {
	code, err := l.Node.Code(ctx, account, block)
	if l.code != nil {
		code = l.code(code)
	}
	return code, err
}

// TestLyingNode: whatever a node changes or leaves out while it is recorded is found.
func TestLyingNode(t *testing.T) {
	w := newWorld(t, 1)
	flip := func(b []byte) []byte {
		b = slices.Clone(b)
		b[len(b)/2] ^= 1
		return b
	}
	flipLast := func(list [][]byte) [][]byte {
		return append(slices.Clone(list[:len(list)-1]), flip(list[len(list)-1]))
	}
	leaveOut := func(list [][]byte) [][]byte { return list[:len(list)-1] }
	for name, node := range map[string]liar{
		"a header":               {headers: func(list []*types.Header) { list[1].GasUsed++ }},
		"the anchor's state":     {headers: func(list []*types.Header) { list[len(list)-1].Root[0]++ }},
		"a receipt":              {receipts: flipLast},
		"a receipt left out":     {receipts: leaveOut},
		"a node of state":        {proof: flipLast},
		"a node of state missed": {proof: leaveOut},
		"a code":                 {code: flip},
		"no code":                {code: func([]byte) []byte { return nil }},
	} {
		node.Node = w.node
		c, err := w.record(node)
		if err == nil {
			_, err = c.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: chain.Number(w.Roster.FirstBlock), ToBlock: chain.Number(w.anchor.Number)})
		}
		if err == nil {
			_, err = c.CallContract(t.Context(), ethereum.CallMsg{To: &w.Roster.At.Token, Data: erc20.PackTotalSupply()}, nil)
		}
		if !errors.Is(err, bundle.ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPoorNode: a node that knows neither eth_getBlockReceipts nor eth_createAccessList is recorded from as well, and
// gives the same bundle.
func TestPoorNode(t *testing.T) {
	w := newWorld(t, 3)
	poor := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			t.Error(err)
		}
		for _, unknown := range []string{"eth_getBlockReceipts", "eth_createAccessList"} {
			body = bytes.ReplaceAll(body, []byte(unknown), []byte("eth_unheardOf"))
		}
		answer, err := http.Post(w.URL(), "application/json", bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		defer answer.Body.Close()
		out.Header().Set("Content-Type", "application/json")
		if _, err := io.Copy(out, answer.Body); err != nil {
			t.Error(err)
		}
	}))
	defer poor.Close()
	_, node := w.dial(poor.URL)
	var payloads [][]byte
	for _, n := range []bundle.Node{w.node, node} {
		payload, err := w.shares(n).Payload()
		w.must(err)
		payloads = append(payloads, payload)
	}
	if !bytes.Equal(payloads[0], payloads[1]) {
		t.Errorf("%d bytes from a node that knows everything, %d from one that does not", len(payloads[0]), len(payloads[1]))
	}
}

// shares records everybody's shares and a call's logs, reads them again from the record alone, and returns the bundle.
func (w *world) shares(node bundle.Node) bundle.Bundle {
	w.t.Helper()
	ctx := w.t.Context()
	recording, err := w.record(node)
	w.must(err)
	live := *w.Roster
	live.Client = w.client
	read := func(c *bundle.Chain, live *chain.Roster) chain.Shares {
		r, err := chain.Open(ctx, c, w.Roster.At.Middleware, common.Address{}, c.First())
		w.must(err)
		_, err = r.PaidIn(ctx, w.vault.Address, w.anchor.Number)
		w.must(err)
		_, err = c.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: chain.Number(c.First()), ToBlock: chain.Number(w.anchor.Number)})
		w.must(err)
		shares, err := c.Source(r, live).SharesAt(ctx, w.vault.Address, w.anchor.Time, w.anchor.Number)
		w.must(err)
		return shares
	}
	want := read(recording, &live)
	sealed, err := recording.Sealed()
	w.must(err)
	if have := read(sealed, nil); len(have.Of) == 0 || !reflect.DeepEqual(have, want) {
		w.t.Fatalf("sealed: %+v, want %+v", have, want)
	}
	return sealed.Bundle(bundle.Claim{}, nil)
}
