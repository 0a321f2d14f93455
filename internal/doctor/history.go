package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// archive asks for state at the block of the oldest capture for which a slash can still be executed.
func (v *visit) archive(ctx context.Context) error {
	t := v.roster.Times
	newest, captured := t.CapturedAt(v.now)
	if !captured {
		v.ok("archive", v.endpoint, "nothing was captured yet")
		return nil
	}
	oldest := newest
	for oldest > 0 && t.SlashableUntil(oldest-1, t.MaxVaultEpoch) >= v.now {
		oldest--
	}
	block, err := v.blockAt(ctx, t.Capture(oldest))
	if err != nil {
		return err
	}
	_, err = v.roster.SetCount(ctx, block)
	if a := answered(nil); errors.As(err, &a) {
		v.found(pruned, Check{Name: "archive", Subject: v.endpoint, Text: fmt.Sprintf("no state at block %d, the capture of era %d", block, oldest),
			Need: "state of " + plural(int(v.block-block)+1, "block")})
		return nil
	}
	if err != nil {
		return err
	}
	v.ok("archive", v.endpoint, "state at block %d, the capture of era %d", block, oldest)
	return nil
}

// blockAt returns the last block at or before a moment, the contracts' first at least.
func (v *visit) blockAt(ctx context.Context, at core.Time) (uint64, error) {
	low, high := v.roster.FirstBlock, v.block
	for low < high {
		middle := low + (high-low+1)/2
		when, err := v.roster.TimeOf(ctx, middle)
		if err != nil {
			return 0, err
		}
		if when <= at {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, nil
}

// fullRange is how many blocks' logs a node asks for at once.
const fullRange = 10_000

// logs asks for the logs of as many blocks as a node does at first, and then for ever fewer, down to one.
func (v *visit) logs(ctx context.Context) error {
	most := min(fullRange, v.block+1)
	for size := most; size > 0; size /= 2 {
		_, err := v.client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: chain.Number(v.block - (size - 1)), ToBlock: v.at(),
			Addresses: []common.Address{v.Middleware}})
		switch {
		case err == nil && size == most:
			v.ok("logs", v.endpoint, "those of %s at once", plural(int(size), "block"))
			return nil
		case err == nil:
			v.found(logRange, Check{Name: "logs", Subject: v.endpoint, Have: plural(int(size), "block"), Need: plural(int(most), "block")})
			return nil
		case !refused(err):
			return fmt.Errorf("read logs of %d blocks: %w", size, err)
		}
	}
	v.found(logsRefused, Check{Name: "logs", Subject: v.endpoint, Have: "none", Need: plural(int(most), "block")})
	return errStop // everything that follows reads logs
}

// refused reports whether the node answered, and said no.
func refused(err error) bool {
	a := answered(nil)
	status, _, found := httpStatus(err)
	return errors.As(err, &a) || found && strings.HasPrefix(status, strconv.Itoa(http.StatusRequestEntityTooLarge))
}
