package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Prover asks a node for what can be checked against a block's hash. It checks nothing itself: whoever has the hash does.
type Prover struct{ rpc *rpc.Client }

// proverBatch is how many questions go in one request; providers take at least as many.
const proverBatch = 100

// NewProver asks the node behind a client that Dial made.
func NewProver(c Client) (*Prover, error) {
	node, ok := c.(*ethclient.Client)
	if !ok {
		return nil, &Error{User, fmt.Errorf("prove: a %T is not one node: dial one endpoint", c)}
	}
	return &Prover{node.Client()}, nil
}

// Headers returns the headers of blocks from to to, both inclusive, ascending.
func (p *Prover) Headers(ctx context.Context, from, to uint64) ([]*types.Header, error) {
	if to < from {
		return nil, nil
	}
	list := make([]*types.Header, to-from+1)
	err := p.batches(ctx, len(list), func(i int) rpc.BatchElem {
		return rpc.BatchElem{Method: "eth_getBlockByNumber", Args: []any{hexutil.Uint64(from + uint64(i)), false}, Result: &list[i]}
	})
	if err != nil {
		return nil, fmt.Errorf("read headers %d to %d: %w", from, to, err)
	}
	for i, h := range list {
		if h == nil {
			return nil, &Error{Retry, fmt.Errorf("read headers %d to %d: the node has no block %d", from, to, from+uint64(i))}
		}
	}
	return list, nil
}

// Receipts returns the consensus encoding of every receipt of each block, in order (eth_getBlockReceipts; of a node that
// does not know it, transaction by transaction).
func (p *Prover) Receipts(ctx context.Context, blocks []common.Hash) ([][][]byte, error) {
	found := make([]types.Receipts, len(blocks))
	err := p.batches(ctx, len(blocks), func(i int) rpc.BatchElem {
		return rpc.BatchElem{Method: "eth_getBlockReceipts", Args: []any{blocks[i]}, Result: &found[i]}
	})
	list := make([][][]byte, len(blocks))
	for i, block := range blocks {
		if err != nil || found[i] == nil {
			if found[i], err = p.receiptsOf(ctx, block); err != nil {
				return nil, fmt.Errorf("read receipts of block %v: %w", block, err)
			}
		}
		for j, r := range found[i] {
			if r == nil {
				return nil, &Error{Retry, fmt.Errorf("read receipts of block %v: the node left out number %d", block, j)}
			}
			var raw bytes.Buffer
			found[i].EncodeIndex(j, &raw)
			list[i] = append(list[i], raw.Bytes())
		}
	}
	return list, nil
}

// receiptsOf asks for a block's receipts one by one.
func (p *Prover) receiptsOf(ctx context.Context, block common.Hash) (types.Receipts, error) {
	var body *struct {
		Transactions []common.Hash `json:"transactions"`
	}
	if err := p.rpc.CallContext(ctx, &body, "eth_getBlockByHash", block, false); err != nil {
		return nil, classify(err)
	}
	if body == nil {
		return nil, &Error{Retry, errors.New("the node does not have the block")}
	}
	list := make(types.Receipts, len(body.Transactions))
	err := p.batches(ctx, len(list), func(i int) rpc.BatchElem {
		return rpc.BatchElem{Method: "eth_getTransactionReceipt", Args: []any{body.Transactions[i]}, Result: &list[i]}
	})
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		if r == nil {
			return nil, &Error{Retry, fmt.Errorf("the node has no receipt of transaction %v", body.Transactions[i])}
		}
	}
	return list, nil
}

// Proof returns the nodes of the state's tree on the way to an account, and of the account's own tree on the way to each
// slot, at a block (EIP-1186). Nodes forget old states: the block must be among the newest 128, or the node an archive.
func (p *Prover) Proof(ctx context.Context, account common.Address, slots []common.Hash, block uint64) ([][]byte, error) {
	var proof struct {
		AccountProof []hexutil.Bytes `json:"accountProof"`
		StorageProof []struct {
			Proof []hexutil.Bytes `json:"proof"`
		} `json:"storageProof"`
	}
	if slots == nil {
		slots = []common.Hash{}
	}
	if err := p.rpc.CallContext(ctx, &proof, "eth_getProof", account, slots, hexutil.Uint64(block)); err != nil {
		return nil, fmt.Errorf("prove account %v at block %d (a node that keeps the state of that block is needed): %w", account, block, classify(err))
	}
	var nodes [][]byte
	for _, n := range proof.AccountProof {
		nodes = append(nodes, n)
	}
	for _, s := range proof.StorageProof {
		for _, n := range s.Proof {
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

// Touched returns which slots calls of a contract read at a block, by account (eth_createAccessList). It is a hint for
// Proof, which takes many slots at once.
func (p *Prover) Touched(ctx context.Context, to common.Address, calls [][]byte, block uint64) (map[common.Address][]common.Hash, error) {
	type answer struct {
		AccessList types.AccessList `json:"accessList"`
	}
	answers := make([]answer, len(calls))
	err := p.batches(ctx, len(calls), func(i int) rpc.BatchElem {
		call := map[string]any{"to": to, "data": hexutil.Bytes(calls[i])}
		return rpc.BatchElem{Method: "eth_createAccessList", Args: []any{call, hexutil.Uint64(block)}, Result: &answers[i]}
	})
	if err != nil {
		return nil, fmt.Errorf("list what %d calls of %v read: %w", len(calls), to, err)
	}
	slots := map[common.Address][]common.Hash{}
	for _, a := range answers {
		for _, t := range a.AccessList {
			slots[t.Address] = append(slots[t.Address], t.StorageKeys...)
		}
	}
	return slots, nil
}

// Code returns a contract's code at a block.
func (p *Prover) Code(ctx context.Context, account common.Address, block uint64) ([]byte, error) {
	var code hexutil.Bytes
	if err := p.rpc.CallContext(ctx, &code, "eth_getCode", account, hexutil.Uint64(block)); err != nil {
		return nil, fmt.Errorf("read code of %v at block %d: %w", account, block, classify(err))
	}
	return code, nil
}

// batches asks n questions, some at a time, and returns the first error.
func (p *Prover) batches(ctx context.Context, n int, question func(i int) rpc.BatchElem) error {
	for from := 0; from < n; from += proverBatch {
		var batch []rpc.BatchElem
		for i := from; i < min(from+proverBatch, n); i++ {
			batch = append(batch, question(i))
		}
		if err := p.rpc.BatchCallContext(ctx, batch); err != nil {
			return classify(err)
		}
		for _, b := range batch {
			if b.Error != nil {
				return classify(b.Error)
			}
		}
	}
	return nil
}
