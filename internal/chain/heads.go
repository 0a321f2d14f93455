package chain

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/rpc"
)

// Finality says which block is final: "finalized" and "safe" are the chain's own words; depth is a number of blocks
// behind the head, for chains that have none.
type Finality struct {
	tag   *big.Int
	depth uint64
}

// ParseFinality reads "finalized", "safe" or "depth:N".
func ParseFinality(text string) (Finality, error) {
	switch text {
	case "finalized":
		return Finality{tag: big.NewInt(int64(rpc.FinalizedBlockNumber))}, nil
	case "safe":
		return Finality{tag: big.NewInt(int64(rpc.SafeBlockNumber))}, nil
	}
	if number, ok := strings.CutPrefix(text, "depth:"); ok {
		if n, err := strconv.ParseUint(number, 10, 32); err == nil {
			return Finality{depth: n}, nil
		}
	}
	return Finality{}, &Error{User, fmt.Errorf("finality %q: want finalized, safe, or depth:N with a number of blocks", text)}
}

// String is what ParseFinality reads.
func (f Finality) String() string {
	switch {
	case f.tag == nil:
		return fmt.Sprintf("depth:%d", f.depth)
	case f.tag.Int64() == int64(rpc.SafeBlockNumber):
		return "safe"
	}
	return "finalized"
}

// Heads asks a client which block is the newest, and which one is final.
type Heads struct {
	Client Client
	Finality
}

// Head returns the newest block.
func (h Heads) Head(ctx context.Context) (Block, error) {
	header, err := h.Client.HeaderByNumber(ctx, nil)
	if err != nil {
		return Block{}, fmt.Errorf("read head: %w", classify(err))
	}
	return BlockOf(header), nil
}

// Final returns the newest final block.
func (h Heads) Final(ctx context.Context) (Block, error) {
	number := h.tag
	if number == nil {
		head, err := h.Head(ctx)
		if err != nil {
			return Block{}, err
		}
		number = Number(head.Number - min(head.Number, h.depth))
	}
	header, err := h.Client.HeaderByNumber(ctx, number)
	if err != nil {
		return Block{}, fmt.Errorf("read the %s block: %w", h.Finality, classify(err))
	}
	return BlockOf(header), nil
}
