package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

const (
	// partBits is how many bits of a block's number are its place in a part of the index by key (0001_chain.sql).
	partBits = 12
	// manyKeys is from where it is faster to read all logs one after the other than to ask for each key.
	manyKeys = 1000
	// earliest is the block tag for the first block; the other tags, below zero too, mean the newest.
	earliest = -5
)

// A log's row with what its key and its block say, in a fixed order of columns (scanLog).
const (
	logColumns = "SELECT l.block, l.idx, k.address, k.topic, b.hash, b.time, l.body FROM logs l "
	logJoins   = " JOIN keys k ON k.id = l.key JOIN blocks b ON b.number = l.block "
	// byKey reads one part of the index by key. CROSS JOIN keeps SQLite from starting at another table, the plus from
	// giving the range of blocks to the table of blocks.
	byKey = logColumns + "INDEXED BY logs_by_key CROSS JOIN keys k ON k.id = l.key CROSS JOIN blocks b ON b.number = +l.block" +
		` WHERE l.block >> 12 = ? AND l.key IN (SELECT value FROM json_each(?)) AND l.block BETWEEN ? AND ?
		ORDER BY l.block, l.idx`
)

// EachLog calls do with every log, in the chain's order, and stops at its first error, which it returns as it is. It
// sees the state of when it was called, whatever is written meanwhile, and needs memory for a few logs only.
func (s *Store) EachLog(ctx context.Context, do func(types.Log) error) error {
	return s.each(ctx, s.reads, do, logColumns+logJoins+"ORDER BY l.block, l.idx")
}

// FilterLogs returns the logs that match, in the chain's order, as a node's eth_getLogs would: an address and topics
// by go-ethereum's rules, FromBlock nil for the first block, ToBlock nil or a tag for the cursor. A block above the
// cursor is ErrBeyond, for what is there was not read yet. A block's hash is not served.
//
// Warning: a store knows the logs that it was given, and no others of these blocks.
func (s *Store) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	if q.BlockHash != nil {
		return nil, errors.New("filter logs: the store answers by numbers of blocks, not by a hash")
	}
	tx, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("filter logs: %w", s.classify(err))
	}
	defer tx.Rollback()
	last, err := cursor(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("filter logs: %w", s.classify(err))
	}
	from, to, err := blockRange(q, last)
	if err != nil {
		return nil, fmt.Errorf("filter logs: %w", err)
	}
	var found []types.Log
	err = s.match(ctx, tx, q, from, to, func(l types.Log) error {
		if matches(l.Topics, q.Topics) {
			found = append(found, l)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("filter logs of blocks %d to %d: %w", from, to, err)
	}
	return found, nil
}

// blockRange is the range of a query, both inclusive.
func blockRange(q ethereum.FilterQuery, last Position) (from, to uint64, err error) {
	number := func(n *big.Int, otherwise uint64) (uint64, error) {
		switch {
		case n == nil:
			return otherwise, nil
		case n.IsInt64() && n.Int64() == earliest:
			return 0, nil
		case n.Sign() < 0:
			return last.Number, nil
		case !n.IsUint64() || n.Uint64() > last.Number || last.IsZero():
			return 0, fmt.Errorf("block %s is %w, which is at %s", n, ErrBeyond, last)
		}
		return n.Uint64(), nil
	}
	if from, err = number(q.FromBlock, 0); err != nil {
		return 0, 0, err
	}
	to, err = number(q.ToBlock, last.Number)
	return from, to, err
}

// match calls do with the logs of a range whose address matches, and with none whose first topic is sure not to.
func (s *Store) match(ctx context.Context, tx *sql.Tx, q ethereum.FilterQuery, from, to uint64, do func(types.Log) error) error {
	var first []common.Hash
	if len(q.Topics) > 0 {
		first = q.Topics[0]
	}
	all := func(do func(types.Log) error) error {
		return s.each(ctx, tx, do, logColumns+logJoins+"WHERE l.block BETWEEN ? AND ? ORDER BY l.block, l.idx", from, to)
	}
	if len(q.Addresses) == 0 && len(first) == 0 {
		return all(do)
	}
	ids, err := s.keysOf(ctx, tx, q.Addresses, first)
	if err != nil || len(ids) == 0 {
		return err
	}
	if len(ids) > manyKeys {
		wanted := make(map[common.Address]bool, len(q.Addresses))
		for _, a := range q.Addresses {
			wanted[a] = true
		}
		return all(func(l types.Log) error {
			if len(wanted) > 0 && !wanted[l.Address] {
				return nil
			}
			return do(l) // which looks at all topics, the first too
		})
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.eachPart(ctx, tx, from, to, func(part int64) error {
		return s.each(ctx, tx, do, byKey, part, string(list), from, to)
	})
}

// keysOf returns the numbers of the keys with one of the addresses and one of the topics; none given is any.
func (s *Store) keysOf(ctx context.Context, q querier, addresses []common.Address, topics []common.Hash) ([]int64, error) {
	var ids []int64
	read := func(query string, args ...any) error {
		rows, err := q.QueryContext(ctx, query, args...)
		if err != nil {
			return s.classify(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var topic []byte
			if err := rows.Scan(&id, &topic); err != nil {
				return s.classify(err)
			}
			if len(topics) == 0 || (len(topic) > 0 && slices.Contains(topics, common.Hash(topic))) {
				ids = append(ids, id)
			}
		}
		return s.classify(rows.Err())
	}
	if len(addresses) == 0 {
		return ids, read("SELECT id, topic FROM keys")
	}
	for _, a := range addresses {
		if err := read("SELECT id, topic FROM keys WHERE address = ?", a[:]); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// eachPart calls do with every part of the index that has a log in the range, in order.
func (s *Store) eachPart(ctx context.Context, q querier, from, to uint64, do func(part int64) error) error {
	for next := from; ; {
		var block sql.NullInt64
		err := q.QueryRowContext(ctx, "SELECT min(block) FROM logs WHERE block BETWEEN ? AND ?", next, to).Scan(&block)
		if err != nil {
			return s.classify(err)
		}
		if !block.Valid {
			return nil
		}
		part := block.Int64 >> partBits
		if err := do(part); err != nil {
			return err
		}
		next = uint64(part+1) << partBits
		if next > to {
			return nil
		}
	}
}

// each calls do with the logs that a query returns.
func (s *Store) each(ctx context.Context, q querier, do func(types.Log) error, query string, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read logs: %w", s.classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		l, err := scanLog(rows)
		if err != nil {
			return fmt.Errorf("read logs: %w", s.classify(err))
		}
		if err := do(l); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read logs: %w", s.classify(err))
	}
	return nil
}

func scanLog(rows *sql.Rows) (types.Log, error) {
	var l types.Log
	var address, topic, hash, body sql.RawBytes // good until the next row
	if err := rows.Scan(&l.BlockNumber, &l.Index, &address, &topic, &hash, &l.BlockTimestamp, &body); err != nil {
		return types.Log{}, err
	}
	l.Address, l.BlockHash = common.Address(address), common.Hash(hash)
	l.Topics = []common.Hash{} // as a node's answer has it
	if len(topic) > 0 {
		l.Topics = append(make([]common.Hash, 0, 4), common.Hash(topic))
	}
	return l, readBody(&l, body)
}

// matches applies go-ethereum's rule for topics: at each place one of those given, or any where none is given. A log
// with fewer topics than places does not match, even where the rest is any.
func matches(topics []common.Hash, want [][]common.Hash) bool {
	if len(want) > len(topics) {
		return false
	}
	for i, any := range want {
		if len(any) > 0 && !slices.Contains(any, topics[i]) {
			return false
		}
	}
	return true
}

// BlockTime returns the time of a block, or false when it is neither one with logs nor one of the last steps.
func (s *Store) BlockTime(ctx context.Context, number uint64) (core.Time, bool, error) {
	var at core.Time
	err := s.reads.QueryRowContext(ctx, "SELECT time FROM blocks WHERE number = ?1 UNION ALL SELECT time FROM steps WHERE number = ?1 LIMIT 1",
		number).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read time of block %d: %w", number, s.classify(err))
	}
	return at, true, nil
}
