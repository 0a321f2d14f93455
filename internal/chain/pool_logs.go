package chain

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/ethereum/go-ethereum/trie"
	"golang.org/x/sync/errgroup"
)

// receipter reads all receipts of a block: *ethclient.Client, if the node behind it can.
type receipter interface {
	BlockReceipts(ctx context.Context, block rpc.BlockNumberOrHash) ([]*types.Receipt, error)
}

// blockContents are all logs of a block, in order.
type blockContents []types.Log

const (
	// keptBlocks is how many blocks' contents are kept: a node asks for the same block several times in a row.
	keptBlocks = 64
	// headersAtOnce is how many headers are asked for at once.
	headersAtOnce = 8
)

// errLogs is why an endpoint's logs are not believed.
var errLogs = errors.New("not the logs of the block")

// FilterLogs implements Client. That an endpoint leaves out logs cannot be seen from one answer. With Agree 2 a second
// one must give the same; else the logs of short ranges are held against the receipts, as verify does.
func (p *Pool) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	question := func(ctx context.Context, c Client) ([]types.Log, error) {
		logs, err := c.FilterLogs(ctx, q)
		for i := range logs { // some give it, some do not; Fetch takes it from the header
			logs[i].BlockTimestamp = 0
		}
		return logs, err
	}
	from, to, short := p.short(q)
	if p.o.Agree >= 2 || !short {
		name := fmt.Sprintf("logs of blocks %v to %v", q.FromBlock, q.ToBlock)
		return agreed(ctx, p, name, sameLogs, question)
	}
	var tried tries
	for _, m := range p.order() {
		logs, err := askOne(ctx, p, m, question)
		if err == nil {
			err = p.verify(ctx, m, from, to, logs, q)
		}
		if judge(err) == replied {
			return logs, err
		}
		tried.add(m, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, tried.error("no endpoint answers")
}

// short returns a query's range, if it is one of numbered blocks that is verified.
func (p *Pool) short(q ethereum.FilterQuery) (from, to uint64, is bool) {
	if q.BlockHash != nil || q.FromBlock == nil || q.ToBlock == nil || !q.FromBlock.IsUint64() || !q.ToBlock.IsUint64() {
		return 0, 0, false
	}
	from, to = q.FromBlock.Uint64(), q.ToBlock.Uint64()
	return from, to, from <= to && p.o.VerifyRange > 0 && to-from < uint64(p.o.VerifyRange)
}

// verify holds an endpoint's logs of blocks from to to, both inclusive, against its headers: what a block's bloom excludes
// is not there, and what it does not exclude is read from all receipts of the block, which its header commits to. The error
// is a Retry that names the first block of which there are more, fewer, or others; the endpoint is to blame. Where nobody
// serves a block's receipts, other endpoints are asked for its logs; where there is no other, the block passes.
//
// Warning: one that makes up a whole chain is found by Agree alone.
func (p *Pool) verify(ctx context.Context, m *pooled, from, to uint64, logs []types.Log, q ethereum.FilterQuery) error {
	of := map[uint64][]types.Log{}
	for _, l := range logs {
		if l.BlockNumber < from || l.BlockNumber > to {
			return p.wrong(m, fmt.Errorf("a log of block %d among those of %d to %d: %w", l.BlockNumber, from, to, errLogs))
		}
		of[l.BlockNumber] = append(of[l.BlockNumber], l)
	}
	headers, err := p.headersOf(ctx, m, from, to)
	if err != nil {
		return err
	}
	for _, h := range headers {
		have := of[h.Number.Uint64()]
		for _, l := range have {
			if l.BlockHash != h.Hash() {
				return &Error{Retry, fmt.Errorf("log %d of block %v is of %v, the block is %v: %w", l.Index, h.Number, l.BlockHash, h.Hash(), errLogs)}
			}
		}
		var want []types.Log
		if mayHold(h.Bloom, q) {
			contents, known, err := p.contentsOf(ctx, m, h)
			if err == nil && !known {
				err = p.seconded(ctx, m, h, q, have)
			}
			if err != nil {
				return err
			}
			if !known {
				continue
			}
			want = contents.matching(q)
		}
		if !sameLogs(have, want) {
			return p.wrong(m, fmt.Errorf("%d logs of block %v (%v), which has %d: %w", len(have), h.Number, h.Hash(), len(want), errLogs))
		}
	}
	return nil
}

// wrong notes that an endpoint gave wrong logs.
func (p *Pool) wrong(m *pooled, err error) error {
	p.failed(m, err, 0)
	return &Error{Retry, err}
}

// headersOf reads the headers of a range, each the parent of the next.
func (p *Pool) headersOf(ctx context.Context, m *pooled, from, to uint64) ([]*types.Header, error) {
	headers := make([]*types.Header, to-from+1)
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(headersAtOnce)
	for i := range headers {
		number := Number(from + uint64(i))
		work.Go(func() (err error) {
			headers[i], err = askOne(inner, p, m, headerAt(number))
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, fmt.Errorf("read blocks %d to %d: %w", from, to, err)
	}
	for i, h := range headers[1:] {
		if h.ParentHash != headers[i].Hash() {
			return nil, &Error{Retry, fmt.Errorf("block %v follows %v, and %d is %v: the chain changes", h.Number, h.ParentHash, from+uint64(i), headers[i].Hash())}
		}
	}
	return headers, nil
}

// contentsOf returns all logs of a block, from the first endpoint that serves its receipts; false when none does.
func (p *Pool) contentsOf(ctx context.Context, m *pooled, h *types.Header) (blockContents, bool, error) {
	hash := h.Hash()
	p.mu.Lock()
	contents, known := p.contents[hash]
	p.mu.Unlock()
	if known {
		return contents, true, nil
	}
	for _, o := range append([]*pooled{m}, p.othersThan(m)...) {
		contents, err := askOne(ctx, p, o, func(ctx context.Context, c Client) (blockContents, error) { return receiptsOf(ctx, c, h) })
		if err == nil {
			p.keep(hash, contents)
			return contents, true, nil
		}
		if ctx.Err() != nil || o == m && judge(err) == broken {
			return nil, false, fmt.Errorf("read receipts of block %v: %w", h.Number, err)
		}
	}
	return nil, false, nil
}

func (p *Pool) othersThan(m *pooled) []*pooled {
	return slices.DeleteFunc(p.order(), func(o *pooled) bool { return o == m })
}

// seconded asks other endpoints for a block's logs, where none serves its receipts: one must give the same. Who is wrong
// does not show. That no other answers is no error.
func (p *Pool) seconded(ctx context.Context, m *pooled, h *types.Header, q ethereum.FilterQuery, have []types.Log) error {
	hash := h.Hash()
	var against *pooled
	for _, o := range p.othersThan(m) {
		logs, err := askOne(ctx, p, o, func(ctx context.Context, c Client) ([]types.Log, error) {
			return c.FilterLogs(ctx, ethereum.FilterQuery{BlockHash: &hash, Addresses: q.Addresses, Topics: q.Topics})
		})
		switch {
		case err != nil:
			continue
		case sameLogs(have, logs):
			return nil
		case against == nil:
			against = o
		}
	}
	if against == nil {
		return ctx.Err()
	}
	p.disagree(m, against, fmt.Sprintf("logs of block %v", h.Number))
	return &Error{Retry, fmt.Errorf("%d logs of block %v, %s has others: %w", len(have), h.Number, against.Name, errLogs)}
}

// errNoReceipts is a client that reads no block's receipts.
var errNoReceipts = fmt.Errorf("receipts of a block: %w", ethereum.NotFound)

// receiptsOf reads the logs of a block from its receipts, and checks that they are what the header commits to.
func receiptsOf(ctx context.Context, c Client, h *types.Header) (blockContents, error) {
	r, can := c.(receipter)
	if !can {
		return nil, errNoReceipts
	}
	receipts, err := r.BlockReceipts(ctx, rpc.BlockNumberOrHashWithHash(h.Hash(), false))
	if err != nil {
		return nil, err
	}
	if root := types.DeriveSha(types.Receipts(receipts), trie.NewStackTrie(nil)); root != h.ReceiptHash {
		return nil, fmt.Errorf("receipts of block %v have the root %v, the block %v", h.Number, root, h.ReceiptHash)
	}
	all := blockContents{}
	for _, receipt := range receipts {
		for _, l := range receipt.Logs {
			// The root covers address, topics, data and order; that the transaction is right, no header says.
			all = append(all, types.Log{Address: l.Address, Topics: l.Topics, Data: l.Data, BlockNumber: h.Number.Uint64(),
				BlockHash: h.Hash(), TxHash: l.TxHash, TxIndex: l.TxIndex, Index: uint(len(all))})
		}
	}
	return all, nil
}

// keep remembers what is in a block, and forgets the oldest.
func (p *Pool) keep(block common.Hash, contents blockContents) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.contents[block]; known {
		return
	}
	p.contents[block], p.kept = contents, append(p.kept, block)
	if len(p.kept) > keptBlocks {
		delete(p.contents, p.kept[0])
		p.kept = slices.Delete(p.kept, 0, 1)
	}
}

// matching returns the logs that a query asks for, by go-ethereum's rules.
func (b blockContents) matching(q ethereum.FilterQuery) (list []types.Log) {
	for _, l := range b {
		if len(q.Addresses) > 0 && !slices.Contains(q.Addresses, l.Address) || len(q.Topics) > len(l.Topics) {
			continue
		}
		fits := true
		for i, any := range q.Topics {
			fits = fits && (len(any) == 0 || slices.Contains(any, l.Topics[i]))
		}
		if fits {
			list = append(list, l)
		}
	}
	return list
}

// mayHold reports whether a block with this bloom can hold what a query asks for.
func mayHold(bloom types.Bloom, q ethereum.FilterQuery) bool {
	if len(q.Addresses) > 0 && !slices.ContainsFunc(q.Addresses, func(a common.Address) bool { return bloom.Test(a[:]) }) {
		return false
	}
	for _, any := range q.Topics {
		if len(any) > 0 && !slices.ContainsFunc(any, func(t common.Hash) bool { return bloom.Test(t[:]) }) {
			return false
		}
	}
	return true
}

// sameLogs reports whether two answers hold the same logs, in whatever order.
func sameLogs(a, b []types.Log) bool {
	byPlace := func(a, b types.Log) int {
		return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
	}
	a, b = slices.SortedFunc(slices.Values(a), byPlace), slices.SortedFunc(slices.Values(b), byPlace)
	return slices.EqualFunc(a, b, func(a, b types.Log) bool {
		return a.BlockNumber == b.BlockNumber && a.BlockHash == b.BlockHash && a.Index == b.Index && a.TxHash == b.TxHash &&
			a.Address == b.Address && slices.Equal(a.Topics, b.Topics) && bytes.Equal(a.Data, b.Data) && a.Removed == b.Removed
	})
}
