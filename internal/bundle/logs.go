package bundle

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"
)

// receipts are one block's, and the logs in them once they are proven.
type receipts struct {
	raw    [][]byte
	proven bool
	logs   []types.Log
}

// encodings are receipts as types.DeriveSha takes them: the very bytes, not what they decode to.
type encodings [][]byte

func (e encodings) Len() int                           { return len(e) }
func (e encodings) EncodeIndex(i int, b *bytes.Buffer) { b.Write(e[i]) }

// prove checks a block's receipts against its header and returns the logs. Their TxHash is empty: receipts do not
// have it.
func (r *receipts) prove(h header) ([]types.Log, error) {
	if r.proven {
		return r.logs, nil
	}
	block, err := h.decode()
	if err != nil {
		return nil, err
	}
	if root := types.DeriveSha(encodings(r.raw), trie.NewStackTrie(nil)); root != block.ReceiptHash {
		return nil, fmt.Errorf("%w: receipts of block %d have root %v, the header says %v", ErrProof, block.Number, root, block.ReceiptHash)
	}
	var logs []types.Log
	for i, raw := range r.raw {
		var receipt types.Receipt
		if err := receipt.UnmarshalBinary(raw); err != nil {
			return nil, fmt.Errorf("%w: receipt %d of block %d: %w", ErrProof, i, block.Number, err)
		}
		for _, l := range receipt.Logs {
			l.BlockNumber, l.BlockHash, l.BlockTimestamp = block.Number.Uint64(), h.hash, block.Time
			l.TxIndex, l.Index = uint(i), uint(len(logs))
			logs = append(logs, *l)
		}
	}
	r.proven, r.logs = true, logs
	return r.logs, nil
}

// FilterLogs implements chain.Client. That no log is left out is proven: a block whose bloom rules out that it has one is
// passed over, of every other the receipts are read.
// Errors: ErrMissing for blocks before the first and for receipts that are not there, ErrProof for wrong ones.
func (c *Chain) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	logs, err := c.filter(ctx, q)
	return logs, fatal(err)
}

func (c *Chain) filter(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	if q.BlockHash != nil || q.FromBlock == nil || q.ToBlock == nil || !q.FromBlock.IsUint64() || !q.ToBlock.IsUint64() {
		return nil, fmt.Errorf("logs without first and last block's number: %w", ErrOffline)
	}
	from, to := q.FromBlock.Uint64(), q.ToBlock.Uint64()
	for _, n := range []uint64{from, to} {
		if _, err := c.at(n); err != nil {
			return nil, err
		}
	}
	s := newSieve(q)
	var numbers []uint64
	for n := from; n <= to; n++ {
		if s.mayBeIn(c.headers[n-c.first].bloom()) {
			numbers = append(numbers, n)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fetchReceipts(ctx, numbers); err != nil {
		return nil, err
	}
	var found []types.Log
	for _, n := range numbers {
		logs, err := c.receipts[n].prove(c.headers[n-c.first])
		if err != nil {
			return nil, err
		}
		for _, l := range logs {
			if s.wants(l) {
				found = append(found, l)
			}
		}
	}
	return found, nil
}

// fetchReceipts has the receipts of blocks there.
func (c *Chain) fetchReceipts(ctx context.Context, numbers []uint64) error {
	var missing []uint64
	var hashes []common.Hash
	for _, n := range numbers {
		if c.receipts[n] == nil {
			missing, hashes = append(missing, n), append(hashes, c.headers[n-c.first].hash)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if c.node == nil {
		return fmt.Errorf("receipts of block %d, whose bloom may hold a log that is asked for: %w", missing[0], ErrMissing)
	}
	lists, err := c.node.Receipts(ctx, hashes)
	if err != nil {
		return err
	}
	for i, n := range missing {
		c.receipts[n] = &receipts{raw: lists[i]}
	}
	return nil
}

// sieve is a question for logs.
type sieve struct {
	q ethereum.FilterQuery
	// any has, for the address and for each topic that is asked for, the blooms of what would do: a block needs one of
	// each.
	any [][][]bit
}

// bit is one byte of a bloom and the bits that must be set in it.
type bit struct {
	at   int
	bits byte
}

func newSieve(q ethereum.FilterQuery) sieve {
	s := sieve{q: q}
	var addresses [][]bit
	for _, a := range q.Addresses {
		addresses = append(addresses, bitsOf(a[:]))
	}
	s.any = append(s.any, addresses)
	for _, topics := range q.Topics {
		var alternatives [][]bit
		for _, t := range topics {
			alternatives = append(alternatives, bitsOf(t[:]))
		}
		s.any = append(s.any, alternatives)
	}
	return s
}

// bitsOf are those that a block's bloom has when this is an address or a topic of one of its logs.
func bitsOf(data []byte) []bit {
	var b types.Bloom
	b.Add(data)
	var list []bit
	for i, bits := range b {
		if bits != 0 {
			list = append(list, bit{i, bits})
		}
	}
	return list
}

// mayBeIn reports whether a block with this bloom may have a log that is asked for; false is certain.
func (s sieve) mayBeIn(bloom []byte) bool {
	for _, alternatives := range s.any {
		one := func(bits []bit) bool {
			return !slices.ContainsFunc(bits, func(b bit) bool { return bloom[b.at]&b.bits != b.bits })
		}
		if len(alternatives) > 0 && !slices.ContainsFunc(alternatives, one) {
			return false
		}
	}
	return true
}

// wants reports whether a log is asked for, by the rules of eth_getLogs.
func (s sieve) wants(l types.Log) bool {
	if len(s.q.Addresses) > 0 && !slices.Contains(s.q.Addresses, l.Address) || len(s.q.Topics) > len(l.Topics) {
		return false
	}
	for i, topics := range s.q.Topics {
		if len(topics) > 0 && !slices.Contains(topics, l.Topics[i]) {
			return false
		}
	}
	return true
}
