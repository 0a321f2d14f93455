package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
)

// deployFile is what a network is deployed with. Its names are those of roster devnet's file and of roster network show.
type deployFile struct {
	// Preset gives times that Times change: mainnet or devnet; without one all are named.
	Preset    string               `json:"preset"`
	Times     map[string]core.Time `json:"times"` // seconds; genesis: Unix seconds
	Token     common.Address       `json:"token"` // wVARA
	Symbiotic struct {
		NetworkRegistry   common.Address `json:"networkRegistry"`
		OperatorRegistry  common.Address `json:"operatorRegistry"`
		NetworkMiddleware common.Address `json:"networkMiddlewareService"`
		NetworkOptIn      common.Address `json:"operatorNetworkOptInService"`
		VaultFactory      common.Address `json:"vaultFactory"`
		RewardsFactory    common.Address `json:"defaultOperatorRewardsFactory"`
	} `json:"symbiotic"`
	Owner       common.Address `json:"owner"`
	Resolver    common.Address `json:"resolver"`
	Judge       common.Address `json:"judge"`
	Burner      common.Address `json:"burner"`
	BatchBlocks uint64         `json:"batchBlocks"` // blocks that an interval of batches has
	BatchGas    uint64         `json:"batchGas"`    // gas of programs that a batch uses at most
}

// timesByName are a deployment's times by the names that everything else has for them.
func timesByName(t *era.Times) map[string]*core.Time {
	return map[string]*core.Time{
		"genesis": &t.Genesis, "eraDuration": &t.EraDuration, "electionLead": &t.ElectionLead, "setLifetime": &t.SetLifetime,
		"finalityLag": &t.FinalityLag, "inclusionMargin": &t.InclusionMargin, "challengeWindow": &t.ChallengeWindow,
		"detectionWindow": &t.DetectionWindow, "requestWindow": &t.RequestWindow, "executionWindow": &t.ExecutionWindow,
		"signersWindow": &t.SignersWindow, "rewardDelay": &t.RewardDelay, "minVeto": &t.MinVeto,
		"maxVaultEpoch": &t.MaxVaultEpoch, "notice": &t.Notice,
	}
}

// readDeployFile reads parameters; what is not known, or missing, is an error.
func readDeployFile(path string) (chain.Setup, error) {
	var d deployFile
	if path == "" {
		return chain.Setup{}, errors.New("name the file with --parameters; docs/network.md has one")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return chain.Setup{}, fmt.Errorf("--parameters: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return chain.Setup{}, fmt.Errorf("--parameters %s: %w", path, err)
	}
	setup, err := d.setup()
	if err != nil {
		err = fmt.Errorf("--parameters %s: %w", path, err)
	}
	return setup, err
}

func (d deployFile) setup() (chain.Setup, error) {
	s := chain.Setup{Token: d.Token, NetworkRegistry: d.Symbiotic.NetworkRegistry, MiddlewareService: d.Symbiotic.NetworkMiddleware,
		VaultFactory: d.Symbiotic.VaultFactory, OperatorRewardsFactory: d.Symbiotic.RewardsFactory, OperatorRegistry: d.Symbiotic.OperatorRegistry,
		NetworkOptIn: d.Symbiotic.NetworkOptIn, Owner: d.Owner, Resolver: d.Resolver, Judge: d.Judge, Burner: d.Burner,
		BatchBlocks: d.BatchBlocks, BatchGas: d.BatchGas}
	switch d.Preset {
	case "":
	case "mainnet":
		s.Times = era.Mainnet()
	case "devnet":
		s.Times = era.Devnet()
	default:
		return s, fmt.Errorf("preset %q: want mainnet, devnet, or none", d.Preset)
	}
	var missing []string
	fields := timesByName(&s.Times)
	for name, t := range d.Times {
		if fields[name] == nil {
			return s, fmt.Errorf("times: there is no %q", name)
		}
		*fields[name] = t
	}
	for name, t := range fields {
		if *t == 0 {
			missing = append(missing, "times."+name)
		}
	}
	for name, at := range map[string]common.Address{"token": s.Token, "owner": s.Owner, "resolver": s.Resolver, "judge": s.Judge, "burner": s.Burner,
		"symbiotic.networkRegistry": s.NetworkRegistry, "symbiotic.networkMiddlewareService": s.MiddlewareService, "symbiotic.vaultFactory": s.VaultFactory,
		"symbiotic.defaultOperatorRewardsFactory": s.OperatorRewardsFactory, "symbiotic.operatorRegistry": s.OperatorRegistry,
		"symbiotic.operatorNetworkOptInService": s.NetworkOptIn} {
		if at == (common.Address{}) {
			missing = append(missing, name)
		}
	}
	if s.BatchBlocks == 0 {
		missing = append(missing, "batchBlocks")
	}
	if s.BatchGas == 0 {
		missing = append(missing, "batchGas")
	}
	if slices.Sort(missing); len(missing) > 0 {
		return s, fmt.Errorf("missing, or zero: %s", strings.Join(missing, ", "))
	}
	return s, nil
}

func newDeploy(f *programFlags) *cobra.Command {
	var a actFlags
	var path string
	first := int64(-1)
	c := &cobra.Command{
		Use: "deploy --parameters FILE", Short: "Put the network's contracts on a chain", Args: noArguments,
		Long: `deploy checks the parameters, says which addresses the contracts will have, and deploys the six of them. They name each other by
addresses that follow from the sender's next nonces, so it must send nothing else meanwhile.

If it stops half way, call it again with the same parameters and --nonce with the nonce of the first contract, which it says: it
does the rest. If the account has sent something else since, that cannot be: leave --nonce out, and all is deployed anew; what
was there names contracts that do not exist, and can do nothing.

Times and roles are for good, but for the owner. docs/network.md has a parameters file.`,
		RunE: func(c *cobra.Command, _ []string) error {
			setup, err := readDeployFile(path)
			if err != nil {
				return usage(c, err)
			}
			ctx, cancel := context.WithTimeout(c.Context(), f.timeout)
			defer cancel()
			at, err := f.connect(ctx, !a.calldata)
			if err != nil {
				return usage(c, err)
			}
			d := deployment{session{Roster: &chain.Roster{Client: at.client, ChainID: at.chainID}, wallet: at.wallet}, at.client, setup}
			who, err := a.who(d.session)
			if err != nil {
				return usage(c, err)
			}
			return d.deploy(ctx, c, c.OutOrStdout(), a, who, first)
		},
	}
	c.Flags().StringVar(&path, "parameters", "", "JSON `file` with the times, Symbiotic's contracts and the roles")
	c.Flags().Int64Var(&first, "nonce", -1, "`number` of the transaction that made the first contract, to go on with a deployment that stopped")
	a.flags(c)
	return c
}

// deployment is a session on a chain on which our contracts are still to be.
type deployment struct {
	session
	client endpoint
	setup  chain.Setup
}

// there reports whether an address has code.
func (s deployment) there(ctx context.Context, at common.Address) (bool, error) {
	code, err := s.client.CodeAt(ctx, at, nil)
	if err != nil {
		return false, fmt.Errorf("read code at %v: %w", at, chain.Classify(err))
	}
	return len(code) > 0, nil
}

// deploy shows what is checked and planned, and carries it out. first is the first contract's nonce, negative for the next one.
func (s deployment) deploy(ctx context.Context, c *cobra.Command, out io.Writer, a actFlags, who core.Address, first int64) error {
	nonce, err := s.client.NonceAt(ctx, common.Address(who), nil)
	if err != nil {
		return fmt.Errorf("read nonce of %s: %w", who, chain.Classify(err))
	}
	if waiting, err := s.client.PendingNonceAt(ctx, common.Address(who)); err != nil || waiting != nonce {
		return errors.Join(err, fmt.Errorf("%s has transactions that are not in a block yet (nonce %d, next %d): wait for them; the contracts' addresses follow from the nonce", who, nonce, waiting))
	}
	start := nonce
	if first >= 0 {
		start = uint64(first)
	}
	var parts []chain.Part
	s.At, parts = chain.Plan(common.Address(who), start, s.setup)
	var steps []step
	done := uint64(0)
	for i, p := range parts {
		there, err := s.there(ctx, p.At)
		if err != nil {
			return err
		}
		if there && done == uint64(i) {
			done++
		}
		steps = append(steps, step{fmt.Sprintf("%-10s at %s", p.Name, p.At), there, chain.Call{Data: p.Code}})
	}
	if done < uint64(len(parts)) && start+done != nonce {
		return fmt.Errorf("--nonce %d: %d contracts are there, so the next nonce of %s should be %d, and is %d: it has sent something else, and the rest cannot come to where the others look for it; "+
			"leave --nonce out to deploy anew", start, done, who, start+done, nonce)
	}
	if err := s.deployable(ctx, out, done); err != nil {
		return err
	}
	finished, err := s.carryOut(ctx, c, out, a, who, fmt.Sprintf("%s deploys on chain %d, from nonce %d on:", who, s.ChainID, start), steps)
	if now, err2 := s.client.NonceAt(ctx, common.Address(who), nil); err != nil && err2 == nil && now > start {
		return fmt.Errorf("%w\nto go on with what is there: --nonce %d, before %s sends anything else", err, start, who)
	}
	if err != nil || !finished {
		return err
	}
	for _, p := range parts {
		there, err := s.there(ctx, p.At)
		if err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("nothing is at %v, where %s should be: %s has sent something else meanwhile; deploy anew", p.At, p.Name, who)
		}
	}
	fmt.Fprintf(out, "Deployed: --middleware %s --programs %s\nNext: roster set create, as the owner %s.\n", s.At.Middleware, s.At.Programs, core.Address(s.setup.Owner))
	return nil
}

// deployable refuses parameters with which nothing should be deployed; of contracts that are there it looks at the Middleware.
func (s deployment) deployable(ctx context.Context, out io.Writer, done uint64) error {
	d := s.setup
	_, now, err := s.Head(ctx)
	if err != nil {
		return err
	}
	if done > 0 {
		return chain.CheckMiddleware(ctx, s.Client, s.At, d)
	}
	found := era.CheckDeployment(d.Times, now)
	fmt.Fprint(out, era.Explain(found))
	if !era.OK(found) {
		return errors.New("the times do not satisfy protocol §2: correct the parameters; nothing was sent")
	}
	for _, x := range []struct {
		name string
		at   common.Address
	}{{"token", d.Token}, {"symbiotic.networkRegistry", d.NetworkRegistry}, {"symbiotic.networkMiddlewareService", d.MiddlewareService},
		{"symbiotic.vaultFactory", d.VaultFactory}, {"symbiotic.defaultOperatorRewardsFactory", d.OperatorRewardsFactory},
		{"symbiotic.operatorRegistry", d.OperatorRegistry}, {"symbiotic.operatorNetworkOptInService", d.NetworkOptIn}} {
		there, err := s.there(ctx, x.at)
		if err != nil {
			return err
		}
		if !there {
			return fmt.Errorf("%s: there is no contract at %v on chain %d; nothing was sent", x.name, x.at, s.ChainID)
		}
	}
	return nil
}
