package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bundle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

func (f *rewardFlags) newBundle() *cobra.Command {
	var file, previous string
	var block uint64
	c := &cobra.Command{
		Use: "bundle", Short: "Write all that proves a commit's rewards to a file, to be verified without a chain", Args: noArguments,
		Long: `bundle reads everything that decides a commit's rewards from an endpoint, each piece with its proof up to the hash of
one block, the anchor, and writes it to a file. 'roster reward verify --bundle FILE' computes the commit again from that
file alone: docs/bundle.md says what it proves.

The endpoint must answer eth_getProof and eth_getBlockReceipts and keep the state of the anchor, the newest final block
when --block is not given. The commit before is computed again from the first era on, unless --previous names its
distribution.

Exit status: 0 the bundle proves what the chain has, 1 it proves something else, or none could be made.`,
		Example: "  roster reward bundle --era 3 --out era-3.bundle --devnet devnet.json",
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return usage(c, errors.New("name the file to write with --out"))
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				return f.record(ctx, s, out, file, previous, block)
			})
		},
	}
	c.Flags().StringVar(&file, "out", "", "`file` to write the bundle to")
	c.Flags().StringVar(&previous, "previous", "", "`file` with the distribution of the commit before")
	c.Flags().Uint64Var(&block, "block", 0, "`number` of the anchor, in or after the block of the activation; the newest final block when not given")
	f.withEra(c)
	return c
}

// record makes a bundle and writes it, also when it proves that the chain is wrong.
func (f *rewardFlags) record(ctx context.Context, s session, out io.Writer, file, previousFile string, block uint64) error {
	live := *s.Roster
	live.FirstBlock = live.Intervals.First
	if block == 0 {
		final, _, err := s.newest(ctx)
		if err != nil {
			return err
		}
		block = final
	}
	paid, previous, err := f.before(ctx, s, previousFile, block)
	if err != nil {
		return err
	}
	header, err := live.Client.HeaderByNumber(ctx, chain.Number(block))
	if err != nil {
		return fmt.Errorf("read block %d: %w", block, chain.Classify(err))
	}
	node, err := chain.NewProver(live.Client)
	if err != nil {
		return err
	}
	recorded, err := bundle.Record(ctx, node, live.ChainID, live.FirstBlock, chain.BlockOf(header))
	if err != nil {
		return err
	}
	claim := bundle.Claim{Middleware: live.At.Middleware, Set: s.set,
		FromEra: core.Era(paid.Activated.FromEra), ToEra: core.Era(paid.Activated.ToEra)}
	if _, err := recompute(ctx, recorded, claim, previous, &live); err != nil {
		return err
	}
	// Once more without the node: what that reads is all that is written, and it is known to suffice.
	sealed, err := recorded.Sealed()
	if err != nil {
		return err
	}
	found, err := recompute(ctx, sealed, claim, previous, nil)
	if err != nil {
		return err
	}
	if err := writeBundle(out, file, sealed.Bundle(claim, previous)); err != nil {
		return err
	}
	return found.say(out)
}

// before finds the commit, and the canonical bytes of the distribution of the one before.
func (f *rewardFlags) before(ctx context.Context, s session, file string, block uint64) (engine.Paid, []byte, error) {
	said, err := s.RewardsActivatedOf(ctx, s.set, block)
	if err != nil {
		return engine.Paid{}, nil, err
	}
	list := make([]paid, len(said))
	for i := range said {
		list[i] = paid{said: said[i]}
	}
	one, err := f.one(list, s.set)
	if err != nil {
		return engine.Paid{}, nil, err
	}
	p, err := engine.PaidOf(ctx, s.Roster, s.set, core.Era(one.said.ToEra), block)
	if err != nil || p.Before == nil {
		return p, nil, err
	}
	if file != "" {
		raw, err := os.ReadFile(file)
		return p, raw, err
	}
	right, err := s.history(ctx, block, core.Era(p.Before.ToEra))
	if err != nil {
		return p, nil, err
	}
	before, err := (&rewardFlags{era: int64(p.Before.ToEra)}).one(right, s.set)
	if err != nil {
		return p, nil, err
	}
	raw, err := before.right.Encode()
	return p, raw, err
}

func writeBundle(out io.Writer, path string, b bundle.Bundle) error {
	if err := writeWhole(path, b.Encode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	size := func(lists ...[][]byte) (n int) {
		for _, list := range lists {
			for _, x := range list {
				n += len(x)
			}
		}
		return n
	}
	receipts, holders := 0, 0
	for _, r := range b.Receipts {
		receipts += size(r.List)
	}
	for _, h := range b.Holders {
		holders += len(h.Accounts)
	}
	fmt.Fprintf(out, "%s: %d bytes\n  headers of %d blocks, %d bytes\n  receipts of %d blocks, %d bytes\n  %d nodes of state, %d bytes\n  %d codes, %d bytes\n"+
		"  %d stakers' addresses, %d bytes\n  the distribution before, %d bytes\n", path, info.Size(), len(b.Headers), size(b.Headers), len(b.Receipts), receipts,
		len(b.Nodes), size(b.Nodes), len(b.Codes), size(b.Codes), holders, holders*common.AddressLength, len(b.Previous))
	return nil
}

// bundled is what a bundle proves.
type bundled struct {
	anchor chain.Block
	roster *chain.Roster
	paid   engine.Paid
	right  engine.Distribution
	// emission is what was reserved for the commit's eras.
	emission core.Amount
}

// recompute computes a bundle's commit again, by what every node runs: while a bundle is recorded (live is the chain), and
// from the file alone (live is nil).
func recompute(ctx context.Context, c *bundle.Chain, claim bundle.Claim, previous []byte, live *chain.Roster) (bundled, error) {
	b := bundled{anchor: c.Anchor()}
	var err error
	if b.roster, err = chain.Open(ctx, c, claim.Middleware, common.Address{}, c.First()); err != nil {
		return b, err
	}
	// No set can be before there is a Router, and no log that counts before there is a set: with headers from there on,
	// nothing can be left out.
	if first := b.roster.Intervals.First; first != c.First() {
		return b, fmt.Errorf("the headers begin with block %d, the Router is there from block %d on: logs could be missing", c.First(), first)
	}
	block := b.anchor.Number
	if b.paid, err = engine.PaidOf(ctx, b.roster, claim.Set, claim.ToEra, block); err != nil {
		return b, err
	}
	if from, to := core.Era(b.paid.Activated.FromEra), core.Era(b.paid.Activated.ToEra); from != claim.FromEra || to != claim.ToEra {
		return b, fmt.Errorf("the bundle says eras %d to %d, the chain has them paid as eras %d to %d", claim.FromEra, claim.ToEra, from, to)
	}
	if b.emission, err = engine.Emissions(ctx, b.roster, claim.Set, claim.FromEra, claim.ToEra, block); err != nil {
		return b, err
	}
	b.right, err = b.paid.Recompute(ctx, b.roster, c.Source(b.roster, live), previous, block)
	return b, err
}

// say tells what came of it, and is the exit status.
func (b bundled) say(out io.Writer) error {
	at := b.anchor
	fmt.Fprintf(out, "anchor   block %d, %s, %s\nof       Middleware %s on chain %d, set %d\ncommit   signed by the set of era %d, activated in block %d\n", at.Number,
		at.Hash, time.Unix(int64(at.Time), 0).UTC().Format(time.RFC3339), core.Address(b.roster.At.Middleware), b.roster.ChainID, b.paid.Set,
		b.paid.Committed.Era, b.paid.Activated.Raw.BlockNumber)
	p := paid{said: b.paid.Activated}
	if difference := b.paid.Difference(b.right.Statement, b.emission); difference != "" {
		fmt.Fprintf(out, "DIFFERS  %s: %s\n", p.eras(), difference)
		return exitStatus(exitError)
	}
	fmt.Fprintf(out, "ok       %s: operators' root %s\n         stakers' root %s\n         distribution %s\n         paid %s, back to the pot %s\n", p.eras(),
		b.right.Statement.OperatorsRoot, b.right.Statement.StakersRoot, b.right.Statement.DistributionHash, p.said.Paid, p.said.Unearned)
	return nil
}

// offline are the flags of verifying without a chain.
type offline struct {
	bundle, blockHash string
	maxSize           int64 // MiB
	setGiven          bool  // --set was
}

func (o *offline) add(c *cobra.Command) {
	c.Flags().StringVar(&o.bundle, "bundle", "", "`file` that roster reward bundle wrote: verify what is in there, without a chain")
	c.Flags().StringVar(&o.blockHash, "block-hash", "", "with --bundle: the anchor's `hash` as you know it; another one is refused")
	c.Flags().Int64Var(&o.maxSize, "max-size", bundle.MaxPayload>>20, "with --bundle: how many `MiB` it may have uncompressed")
}

// check says what was asked for wrongly. A flag that only a bundle makes sense of must not be passed over without one: it
// would look as if the hash had been compared.
func (o offline) check(all bool) error {
	var hash core.Hash
	switch {
	case o.bundle == "" && o.blockHash != "":
		return errors.New("--block-hash is about a bundle: name one with --bundle")
	case o.bundle != "" && all:
		return errors.New("--bundle and --all: a bundle is about one commit")
	case o.maxSize < 0 || o.maxSize > 1<<30:
		return fmt.Errorf("--max-size %d: want 0 to %d MiB", o.maxSize, 1<<30)
	case o.blockHash != "":
		if err := hash.UnmarshalText([]byte(o.blockHash)); err != nil {
			return fmt.Errorf("--block-hash: %w", err)
		}
	}
	return nil
}

// verifyBundle verifies a bundle's commit, and a distribution file against it.
func (f *rewardFlags) verifyBundle(ctx context.Context, out io.Writer, o offline, file string) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	b, err := readBundle(o)
	if err != nil {
		return fmt.Errorf("%s: %w", o.bundle, err)
	}
	if err := f.asked(b.Claim, o); err != nil {
		return fmt.Errorf("%s: %w", o.bundle, err)
	}
	c, err := bundle.Open(b)
	if err != nil {
		return fmt.Errorf("%s: %w", o.bundle, err)
	}
	found, err := recompute(ctx, c, b.Claim, b.Previous, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", o.bundle, err)
	}
	if o.blockHash == "" {
		fmt.Fprintf(out, "What follows holds if the chain has block %s. Ask someone whom you believe, or name it with --block-hash.\n", b.Anchor)
	}
	status := found.say(out)
	if file == "" {
		return status
	}
	one := paid{said: found.paid.Activated, right: found.right}
	difference, err := compareFile(file, one)
	if err != nil {
		return err
	}
	if difference != "" {
		fmt.Fprintf(out, "DIFFERS  %s, %s: %s\n", file, one.eras(), difference)
		return exitStatus(exitError)
	}
	fmt.Fprintf(out, "ok       %s is the distribution of %s\n", file, one.eras())
	return status
}

func readBundle(o offline) (bundle.Bundle, error) {
	file, err := os.Open(o.bundle)
	if err != nil {
		return bundle.Bundle{}, err
	}
	defer file.Close()
	return bundle.Decode(file, o.maxSize<<20)
}

// asked compares what a bundle claims with what was asked for, before anything is computed.
func (f *rewardFlags) asked(claim bundle.Claim, o offline) error {
	if o.blockHash != "" && claim.Anchor.Hex() != strings.ToLower(o.blockHash) {
		return fmt.Errorf("its anchor is block %s, --block-hash is %s: it is of another block, or of another chain", claim.Anchor, o.blockHash)
	}
	if o.setGiven && core.SetID(f.set) != claim.Set {
		return fmt.Errorf("it is of set %d, --set is %d", claim.Set, f.set)
	}
	if f.devnet != "" && f.middleware != "" {
		return errors.New("--devnet and --middleware: the file names the Middleware, too; give one of the two")
	}
	var at common.Address
	if err := readAddress(&at, "middleware", f.middleware); err != nil {
		return err
	}
	if f.devnet != "" {
		devnet, err := readDevnet(f.devnet)
		if err != nil {
			return err
		}
		at = devnet.Addresses.Middleware
	}
	if at != (common.Address{}) && at != claim.Middleware {
		return fmt.Errorf("it is of Middleware %s, asked for was %s", claim.Middleware, at)
	}
	if f.era >= 0 && (core.Era(f.era) < claim.FromEra || core.Era(f.era) > claim.ToEra) {
		return fmt.Errorf("it is of eras %d to %d, --era is %d", claim.FromEra, claim.ToEra, f.era)
	}
	return nil
}
