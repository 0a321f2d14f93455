package doctor

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

const (
	// devChainID is that of chains which developers keep on their machines; they may have clocks of their own.
	devChainID = 1337
	// maxAhead is how far a block may be ahead of this machine's clock before the clock is wrong, seconds: a validator
	// makes no block early, and clocks differ a little.
	maxAhead = 15
	// maxAge is how old the newest block may be, seconds: ten slots of Ethereum's.
	maxAge = 120
)

// endpoints looks at each endpoint, and keeps the first that serves the right chain.
func (v *visit) endpoints(ctx context.Context) error {
	for _, raw := range v.Endpoints {
		c, err := v.probe(ctx, raw)
		if errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		switch {
		case err != nil:
			v.unknown(cannotRead, "endpoint", chain.Redact(raw), v.plain(err))
		case c != nil && v.client == nil:
			v.client, v.endpoint = c, chain.Redact(raw)
			continue
		}
		if c != nil {
			c.Close()
		}
	}
	return nil
}

// probe asks an endpoint about itself. The client is nil when it is of no use.
func (v *visit) probe(whole context.Context, raw string) (client, error) {
	ctx, cancel := context.WithTimeout(whole, v.Probe)
	defer cancel()
	shown := chain.Redact(raw)
	// An endpoint is not to blame for the end of the whole run.
	fails := func(err error) (client, error) {
		if whole.Err() != nil {
			return nil, err
		}
		v.found(classify(err), Check{Name: "endpoint", Subject: shown})
		return nil, nil
	}
	if u, err := url.Parse(raw); err != nil || u.Host == "" || !known[u.Scheme] {
		v.found(endpointURL, Check{Name: "endpoint", Subject: shown})
		return nil, nil
	}
	c, err := chain.Dial(ctx, raw)
	if err != nil {
		return fails(err)
	}
	id, err := c.ChainID(ctx)
	if err != nil {
		c.Close()
		return fails(err)
	}
	v.ok("endpoint", shown, "answers")
	if !id.IsUint64() || v.wantChain() != 0 && id.Uint64() != v.wantChain() {
		c.Close()
		v.found(wrongChain, Check{Name: "chain_id", Subject: shown, Text: fmt.Sprintf("chain %v in place of %d", id, v.wantChain()),
			Have: id.String(), Need: fmt.Sprint(v.wantChain())})
		return nil, nil
	}
	v.Report.ChainID = id.Uint64()
	v.ok("chain_id", shown, "chain %v", id)
	head, err := c.HeaderByNumber(ctx, nil)
	if err != nil {
		c.Close()
		return nil, err
	}
	v.head(shown, head)
	if err := v.syncing(ctx, c, shown); err != nil {
		c.Close()
		return nil, err
	}
	final := v.finality(ctx, c, shown)
	if v.client == nil {
		v.block, v.now, v.baseFee, v.finalized = head.Number.Uint64(), core.Time(head.Time), head.BaseFee, final
		v.Report.Block, v.Report.Time = v.block, v.now
	}
	return c, nil
}

// known are the schemes that a node's URL may have.
var known = map[string]bool{"http": true, "https": true, "ws": true, "wss": true}

// wantChain is the chain that is meant: as asked for, else that of the first endpoint that answered, else 0.
func (v *visit) wantChain() uint64 {
	if v.Options.ChainID != 0 {
		return v.Options.ChainID
	}
	return v.Report.ChainID
}

// head compares the newest block's time with this machine's clock.
func (v *visit) head(shown string, head *types.Header) {
	local, there := v.Now().Unix(), int64(head.Time)
	text := fmt.Sprintf("block %v of %s", head.Number, Moment(core.Time(head.Time), core.Time(local)))
	switch ahead := there - local; {
	case v.Report.ChainID == devChainID:
		if ahead > maxAhead || ahead < -maxAge {
			text += "; a development chain has a clock of its own"
		}
		v.ok("head", shown, "%s", text)
	case ahead > maxAhead:
		v.found(clockBehind, Check{Name: "head", Subject: shown, Text: fmt.Sprintf("this machine's clock is %s behind block %v",
			span(core.Time(ahead)), head.Number), Have: stamp(local), Need: stamp(there) + " or a little later"})
	case ahead < -maxAge:
		v.found(headOld, Check{Name: "head", Subject: shown, Text: fmt.Sprintf("block %v is %s old", head.Number,
			span(core.Time(-ahead))), Have: stamp(there), Need: "after " + stamp(local-maxAge)})
	default:
		v.ok("head", shown, "%s", text)
	}
}

func stamp(t int64) string { return fmt.Sprintf("%d (Unix seconds)", t) }

// syncing asks whether the node has caught up. Who does not answer that is not accused of it.
func (v *visit) syncing(ctx context.Context, c client, shown string) error {
	progress, err := c.SyncProgress(ctx)
	if a := answered(nil); errors.As(err, &a) {
		return nil
	}
	if err != nil {
		return err
	}
	if progress != nil {
		v.found(endpointSyncing, Check{Name: "syncing", Subject: shown, Have: fmt.Sprintf("block %d", progress.CurrentBlock),
			Need: fmt.Sprintf("block %d", progress.HighestBlock)})
		return nil
	}
	v.ok("syncing", shown, "in step with its chain")
	return nil
}

// finality asks for the two tags, and returns the final block, zero when there is none.
func (v *visit) finality(ctx context.Context, c client, shown string) chain.Block {
	blocks := map[string]chain.Block{}
	for _, tag := range []struct {
		name string
		why  core.Reason
	}{{"finalized", noFinalized}, {"safe", noSafe}} {
		finality, err := chain.ParseFinality(tag.name)
		if err == nil {
			blocks[tag.name], err = chain.Heads{Client: c, Finality: finality}.Final(ctx)
		}
		a := answered(nil)
		switch {
		case err == nil:
		case errors.As(err, &a), chain.KindOf(err) == chain.Fatal, errors.Is(err, ethereum.NotFound):
			v.found(tag.why, Check{Name: "finality", Subject: shown})
		default:
			v.unknown(cannotRead, "finality", shown, v.plain(err))
		}
	}
	if len(blocks) == 2 && !blocks["finalized"].Hash.IsZero() && !blocks["safe"].Hash.IsZero() {
		v.ok("finality", shown, "block %d is final, %d safe", blocks["finalized"].Number, blocks["safe"].Number)
	}
	return blocks["finalized"]
}

// finalityLag compares the final block's age with what the network counts on.
func (v *visit) finalityLag() {
	if v.finalized.Hash.IsZero() {
		return
	}
	if age := v.now - min(v.now, v.finalized.Time); age > v.roster.Times.FinalityLag {
		v.found(finalitySlow, Check{Name: "finality", Subject: v.endpoint, Have: fmt.Sprintf("%d s behind the newest block", age),
			Need: fmt.Sprintf("at most finalityLag, %d s", v.roster.Times.FinalityLag)})
	}
}

// at is the block that everything is read at.
func (v *visit) at() *big.Int { return chain.Number(v.block) }
