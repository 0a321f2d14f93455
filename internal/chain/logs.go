package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxRange is how many blocks are asked for at first; most providers take fewer, and say so.
const maxRange = 10_000

// Logs returns the logs of blocks from to to, both inclusive, in the chain's order: those of the addresses
// (empty: all) whose topics match (go-ethereum's rules). A provider that refuses the size of a range is asked
// for halves, down to one block.
//
// Warning: blocks that are not final may change between two requests. Compare the logs' block hashes.
func Logs(ctx context.Context, c Client, from, to uint64, addresses []common.Address, topics [][]common.Hash) ([]types.Log, error) {
	var all []types.Log
	size := uint64(maxRange)
	if near, is := c.(atHand); is { // needs no small ranges
		if upTo, has := near.AtHand(addresses); has && upTo >= from && upTo-from >= size {
			size = min(upTo, to) - from + 1
		}
	}
	for from <= to {
		last := from + min(size-1, to-from)
		logs, err := c.FilterLogs(ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(last),
			Addresses: addresses, Topics: topics,
		})
		if err != nil {
			if last > from && refused(err) {
				size = (last - from + 1) / 2
				continue
			}
			return nil, fmt.Errorf("read logs of blocks %d to %d: %w", from, last, classify(err))
		}
		all = append(all, logs...)
		if last == to { // also where last+1 would overflow
			break
		}
		from = last + 1
		size = min(size*2, maxRange)
	}
	return all, nil
}

// atHand is a client that has every log of some contracts in a store of its own, up to a block.
type atHand interface {
	AtHand(contracts []common.Address) (upTo uint64, all bool)
}

// refused reports whether the node answered, and said no, or said too much. How providers say "too much" differs too
// much to tell it from other answers; asking again for less does no harm.
func refused(err error) bool {
	answer := (rpc.Error)(nil)
	http := rpc.HTTPError{}
	large := tooLarge(0)
	return errors.As(err, &answer) || errors.As(err, &large) || (errors.As(err, &http) && http.StatusCode == 413)
}
