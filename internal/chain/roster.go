package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Addresses are Roster's contracts on one chain.
type Addresses struct {
	Token      common.Address `json:"token"`
	Middleware common.Address `json:"middleware"`
	Operators  common.Address `json:"operators"`
	Router     common.Address `json:"router"`
	Rewards    common.Address `json:"rewards"`
	Offences   common.Address `json:"offences"`
	Programs   common.Address `json:"programs"`
}

// Roster reads Roster's contracts and Symbiotic's behind them. Everything it returns is as of a block that the
// caller names, so that two nodes that name the same final block get the same.
type Roster struct {
	Client  Client
	At      Addresses
	ChainID uint64
	Times   era.Times
	// Intervals are the batches' (protocol §6).
	Intervals Intervals
	// FirstBlock is where logs of the contracts begin: no earlier block is searched.
	FirstBlock uint64
}

// The packers of our contracts: they hold no state.
var (
	middleware = bindings.NewMiddleware()
	operators  = bindings.NewOperators()
	router     = bindings.NewRouter()
	rewards    = bindings.NewRewards()
	offences   = bindings.NewOffences()
)

// Open finds everything from the Middleware's address (Programs, which nothing on chain depends on, apart).
func Open(ctx context.Context, c Client, at, programsAt common.Address, firstBlock uint64) (*Roster, error) {
	id, err := c.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("read chain id: %w", classify(err))
	}
	r := &Roster{Client: c, ChainID: id.Uint64(), FirstBlock: firstBlock, At: Addresses{Middleware: at, Programs: programsAt}}
	for _, part := range []struct {
		into   *common.Address
		data   []byte
		unpack func([]byte) (common.Address, error)
	}{
		{&r.At.Token, middleware.PackToken(), middleware.UnpackToken},
		{&r.At.Operators, middleware.PackOperators(), middleware.UnpackOperators},
		{&r.At.Router, middleware.PackRouter(), middleware.UnpackRouter},
		{&r.At.Rewards, middleware.PackRewards(), middleware.UnpackRewards},
		{&r.At.Offences, middleware.PackOffences(), middleware.UnpackOffences},
	} {
		if *part.into, err = Read(ctx, c, at, nil, part.data, part.unpack); err != nil {
			return nil, err
		}
	}
	times, err := Read(ctx, c, at, nil, middleware.PackTimes(), middleware.UnpackTimes)
	if err != nil {
		return nil, err
	}
	r.Times = timesOf(times)
	if r.Intervals.First, err = Read(ctx, c, r.At.Router, nil, router.PackFIRSTBLOCK(), router.UnpackFIRSTBLOCK); err != nil {
		return nil, err
	}
	if r.Intervals.Blocks, err = Read(ctx, c, r.At.Router, nil, router.PackBATCHBLOCKS(), router.UnpackBATCHBLOCKS); err != nil {
		return nil, err
	}
	return r, nil
}

// Intervals say which blocks a batch is of: number k ends with block First + k·Blocks.
type Intervals struct {
	First, Blocks uint64
}

// End is the last block of batch k.
func (i Intervals) End(k uint64) uint64 { return i.First + k*i.Blocks }

// Newest is the number of the last batch whose blocks are all there at a block; 0 when none is.
func (i Intervals) Newest(block uint64) uint64 {
	if block < i.First {
		return 0
	}
	return (block - i.First) / i.Blocks
}

// Domain is the EIP-712 domain of what Executors sign.
func (r *Roster) Domain() batch.Domain {
	return batch.Domain{ChainID: r.ChainID, Router: core.Address(r.At.Router)}
}

// Head returns the number and the timestamp of the newest block.
func (r *Roster) Head(ctx context.Context) (number uint64, now core.Time, err error) {
	h, err := r.Client.HeaderByNumber(ctx, nil)
	if err != nil {
		return 0, 0, fmt.Errorf("read head: %w", classify(err))
	}
	return h.Number.Uint64(), core.Time(h.Time), nil
}

// TimeOf returns the timestamp of a block.
func (r *Roster) TimeOf(ctx context.Context, block uint64) (core.Time, error) {
	h, err := r.Client.HeaderByNumber(ctx, Number(block))
	if err != nil {
		return 0, fmt.Errorf("read block %d: %w", block, classify(err))
	}
	return core.Time(h.Time), nil
}

// source is one kind of event of one contract.
type source[T any] struct {
	at     common.Address
	abi    abi.ABI
	name   string
	unpack func(*types.Log) (*T, error)
}

// events returns a source's events from the first block to `to`, in the chain's order; indexed narrows the
// indexed arguments (nil: any).
func events[T any](ctx context.Context, r *Roster, to uint64, s source[T], indexed ...[]common.Hash) ([]*T, error) {
	topics := append([][]common.Hash{{s.abi.Events[s.name].ID}}, indexed...)
	logs, err := Logs(ctx, r.Client, r.FirstBlock, to, []common.Address{s.at}, topics)
	if err != nil {
		return nil, fmt.Errorf("read events %s: %w", s.name, err)
	}
	out := make([]*T, len(logs))
	for i := range logs {
		if out[i], err = s.unpack(&logs[i]); err != nil {
			return nil, &Error{Fatal, fmt.Errorf("read event %s in block %d: %w", s.name, logs[i].BlockNumber, err)}
		}
	}
	return out, nil
}

// topic is an indexed number.
func topic[T ~uint64](n T) []common.Hash { return []common.Hash{common.BigToHash(Number(n))} }

func timesOf(t bindings.Times) era.Times {
	s := func(b *big.Int) core.Time { return core.Time(b.Uint64()) }
	return era.Times{
		Genesis: s(t.Genesis), EraDuration: s(t.EraDuration), ElectionLead: s(t.ElectionLead),
		SetLifetime: s(t.SetLifetime), FinalityLag: s(t.FinalityLag), InclusionMargin: s(t.InclusionMargin),
		ChallengeWindow: s(t.ChallengeWindow), DetectionWindow: s(t.DetectionWindow),
		RequestWindow: s(t.RequestWindow), ExecutionWindow: s(t.ExecutionWindow),
		SignersWindow: s(t.SignersWindow), RewardDelay: s(t.RewardDelay), MinVeto: s(t.MinVeto),
		MaxVaultEpoch: s(t.MaxVaultEpoch), Notice: s(t.Notice),
	}
}

func packTimes(t era.Times) bindings.Times {
	return bindings.Times{
		Genesis: Number(t.Genesis), EraDuration: Number(t.EraDuration), ElectionLead: Number(t.ElectionLead),
		SetLifetime: Number(t.SetLifetime), FinalityLag: Number(t.FinalityLag),
		InclusionMargin: Number(t.InclusionMargin), ChallengeWindow: Number(t.ChallengeWindow),
		DetectionWindow: Number(t.DetectionWindow), RequestWindow: Number(t.RequestWindow),
		ExecutionWindow: Number(t.ExecutionWindow), SignersWindow: Number(t.SignersWindow),
		RewardDelay: Number(t.RewardDelay), MinVeto: Number(t.MinVeto), MaxVaultEpoch: Number(t.MaxVaultEpoch),
		Notice: Number(t.Notice),
	}
}
