package chain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

func eventID(signature string) common.Hash { return crypto.Keccak256Hash([]byte(signature)) }

// The first topics of what is mirrored. A test compares those of Symbiotic with its compiled contracts.
var (
	vaultEnrolled = middleware.GetABI().Events["VaultEnrolled"].ID

	optedIn  = eventID("OptIn(address,address)")
	optedOut = eventID("OptOut(address,address)")

	deposited   = eventID("Deposit(address,address,uint256,uint256)")
	withdrawn   = eventID("Withdraw(address,address,uint256,uint256,uint256)")
	claimed     = eventID("Claim(address,address,uint256,uint256)")
	claimedMany = eventID("ClaimBatch(address,address,uint256[],uint256)")
	transferred = eventID("Transfer(address,address,uint256)")
	slashed     = eventID("OnSlash(uint256,uint48,uint256)")

	networkLimit    = eventID("SetNetworkLimit(bytes32,uint256)")
	maxNetworkLimit = eventID("SetMaxNetworkLimit(bytes32,uint256)")
	operatorShares  = eventID("SetOperatorNetworkShares(bytes32,address,uint256)")
	operatorLimit   = eventID("SetOperatorNetworkLimit(bytes32,address,uint256)")
	operatorSlashed = eventID("OnSlash(bytes32,address,uint256,uint48)")
)

// errShort is a log or an answer that another contract made than the one expected.
var errShort = errors.New("shorter than what it should hold")

// apply adds one log. What says nothing about stakes is passed over: it is stored for others to read.
func (m *Mirror) apply(l *types.Log) error {
	e, err := m.decode(l)
	if err != nil {
		return &Error{Fatal, fmt.Errorf("read log %d of block %d, by %v: %w", l.Index, l.BlockNumber, l.Address, err)}
	}
	if e == nil {
		return nil
	}
	return m.History.Apply(stake.Place{Block: l.BlockNumber, Index: uint64(l.Index), Time: core.Time(l.BlockTimestamp)}, e)
}

// decode returns the event of a log, nil for one that is not mirrored.
func (m *Mirror) decode(l *types.Log) (stake.Event, error) {
	if len(l.Topics) == 0 {
		return nil, nil
	}
	switch m.roles[l.Address] {
	case ofVault:
		return decodeVault(l)
	case ofDelegator:
		return m.decodeDelegator(l)
	case ofOptIn:
		return m.decodeOptIn(l)
	case ofOperators:
		return decodeOperators(l)
	case ofMiddleware:
		return decodeMiddleware(l)
	}
	return nil, nil
}

// fields takes a log of simple events apart: words of the data, addresses of the topics. Vaults have most of all
// events, so this does without reflection.
type fields struct {
	*types.Log
	short bool
}

func (f *fields) word(i int) (a core.Amount) {
	if len(f.Data) < 32*(i+1) {
		f.short = true
		return a
	}
	a.SetBytes32(f.Data[32*i:])
	return a
}

func (f *fields) number(i int) uint64 {
	w := f.word(i)
	return w.Uint64()
}

func (f *fields) topic(i int) common.Hash {
	if len(f.Topics) <= i {
		f.short = true
		return common.Hash{}
	}
	return f.Topics[i]
}

func (f *fields) address(i int) core.Address {
	t := f.topic(i)
	return core.Address(t[12:])
}

// checked returns the event, or that the log does not hold it.
func (f *fields) checked(e stake.Event) (stake.Event, error) {
	if f.short {
		return nil, errShort
	}
	return e, nil
}

func decodeVault(l *types.Log) (stake.Event, error) {
	f, v := fields{Log: l}, core.Address(l.Address)
	switch l.Topics[0] {
	case deposited:
		return f.checked(stake.Deposited{Vault: v, Account: f.address(2), Amount: f.word(0), Shares: f.word(1)})
	case withdrawn:
		return f.checked(stake.Withdrawn{Vault: v, Account: f.address(1), Claimer: f.address(2), Amount: f.word(0),
			Burned: f.word(1), Minted: f.word(2)})
	case claimed:
		return f.checked(stake.Claimed{Vault: v, Account: f.address(1), Epochs: []uint64{f.number(0)}})
	case claimedMany:
		e, err := vaults.UnpackClaimBatchEvent(l)
		if err != nil {
			return nil, err
		}
		c := stake.Claimed{Vault: v, Account: core.Address(e.Claimer)}
		for _, epoch := range e.Epochs {
			c.Epochs = append(c.Epochs, epoch.Uint64())
		}
		return c, nil
	case transferred:
		return f.checked(stake.Transferred{Vault: v, From: f.address(1), To: f.address(2), Shares: f.word(0)})
	case slashed:
		return f.checked(stake.VaultSlashed{Vault: v, Capture: core.Time(f.number(1)), Slashed: f.word(2)})
	}
	return nil, nil
}

// decodeDelegator passes over what concerns other networks.
func (m *Mirror) decodeDelegator(l *types.Log) (stake.Event, error) {
	f, v := fields{Log: l}, m.vaultOf[l.Address]
	switch l.Topics[0] {
	case networkLimit, maxNetworkLimit, operatorShares, operatorLimit, operatorSlashed:
	default:
		return nil, nil
	}
	subnetwork := f.topic(1)
	// A curator may give shares of a subnetwork that no set has, also of one whose number has more than 64 bits.
	if common.Address(subnetwork[:20]) != m.roster.At.Middleware || [4]byte(subnetwork[20:24]) != ([4]byte{}) {
		return nil, nil
	}
	set := core.SetID(binary.BigEndian.Uint64(subnetwork[24:]))
	switch l.Topics[0] {
	case networkLimit:
		return f.checked(stake.NetworkLimitSet{Vault: v, Set: set, Amount: f.word(0)})
	case maxNetworkLimit:
		return f.checked(stake.MaxNetworkLimitSet{Vault: v, Set: set, Amount: f.word(0)})
	case operatorShares:
		return f.checked(stake.OperatorSharesSet{Vault: v, Set: set, Operator: f.address(2), Shares: f.word(0)})
	case operatorLimit:
		return f.checked(stake.OperatorLimitSet{Vault: v, Set: set, Operator: f.address(2), Amount: f.word(0)})
	}
	return f.checked(stake.OperatorSlashed{Vault: v, Set: set, Operator: f.address(2), Amount: f.word(0), Capture: core.Time(f.number(1))})
}

func (m *Mirror) decodeOptIn(l *types.Log) (stake.Event, error) {
	f := fields{Log: l}
	if l.Topics[0] != optedIn && l.Topics[0] != optedOut {
		return nil, nil
	}
	operator, where, in := f.address(1), f.address(2), l.Topics[0] == optedIn
	if l.Address == m.networkOptIn {
		if common.Address(where) != m.roster.At.Middleware {
			return nil, nil
		}
		return f.checked(stake.NetworkOptedIn{Operator: operator, In: in})
	}
	return f.checked(stake.VaultOptedIn{Vault: where, Operator: operator, In: in})
}

// event turns a binding's event into one of core's.
func event[T any](l *types.Log, unpack func(*types.Log) (*T, error), turn func(*T) stake.Event) (stake.Event, error) {
	e, err := unpack(l)
	if err != nil {
		return nil, err
	}
	return turn(e), nil
}

func setID(n *big.Int) core.SetID { return core.SetID(n.Uint64()) }

func decodeOperators(l *types.Log) (stake.Event, error) {
	switch l.Topics[0] {
	case eventOf("OperatorRegistered"):
		return event(l, operators.UnpackOperatorRegisteredEvent, func(e *bindings.OperatorsOperatorRegistered) stake.Event {
			return stake.OperatorRegistered{Set: setID(e.Set), Operator: core.Address(e.Operator), KeyHash: e.KeyHash, Endpoint: e.Endpoint}
		})
	case eventOf("KeyRotated"):
		return event(l, operators.UnpackKeyRotatedEvent, func(e *bindings.OperatorsKeyRotated) stake.Event {
			return stake.KeyRotated{Set: setID(e.Set), Operator: core.Address(e.Operator), KeyHash: e.KeyHash}
		})
	case eventOf("EndpointChanged"):
		return event(l, operators.UnpackEndpointChangedEvent, func(e *bindings.OperatorsEndpointChanged) stake.Event {
			return stake.EndpointChanged{Set: setID(e.Set), Operator: core.Address(e.Operator), Endpoint: e.Endpoint}
		})
	case eventOf("CommissionChanged"):
		return event(l, operators.UnpackCommissionChangedEvent, func(e *bindings.OperatorsCommissionChanged) stake.Event {
			return stake.CommissionChanged{Set: setID(e.Set), Operator: core.Address(e.Operator),
				Commission: core.Bps(e.CommissionBps), From: core.Time(e.From.Uint64())}
		})
	case eventOf("OperatorPaused"):
		return event(l, operators.UnpackOperatorPausedEvent, func(e *bindings.OperatorsOperatorPaused) stake.Event {
			return stake.OperatorPaused{Set: setID(e.Set), Operator: core.Address(e.Operator), Paused: true}
		})
	case eventOf("OperatorResumed"):
		return event(l, operators.UnpackOperatorResumedEvent, func(e *bindings.OperatorsOperatorResumed) stake.Event {
			return stake.OperatorPaused{Set: setID(e.Set), Operator: core.Address(e.Operator)}
		})
	case eventOf("OperatorLeft"):
		return event(l, operators.UnpackOperatorLeftEvent, func(e *bindings.OperatorsOperatorLeft) stake.Event {
			return stake.OperatorLeft{Set: setID(e.Set), Operator: core.Address(e.Operator)}
		})
	case eventOf("OperatorJailed"):
		return event(l, operators.UnpackOperatorJailedEvent, func(e *bindings.OperatorsOperatorJailed) stake.Event {
			return stake.OperatorJailed{Operator: core.Address(e.Operator), Until: core.Time(e.Until.Uint64())}
		})
	}
	return nil, nil
}

// eventOf returns the first topic of an event of Operators or the Middleware.
func eventOf(name string) common.Hash {
	if e, ok := operators.GetABI().Events[name]; ok {
		return e.ID
	}
	return middleware.GetABI().Events[name].ID
}

func decodeMiddleware(l *types.Log) (stake.Event, error) {
	switch l.Topics[0] {
	case eventOf("VaultLinked"):
		return event(l, middleware.UnpackVaultLinkedEvent, func(e *bindings.MiddlewareVaultLinked) stake.Event {
			return stake.VaultLinked{Set: setID(e.Set), Operator: core.Address(e.Operator), Vault: core.Address(e.Vault),
				Slot: int(e.Slot.Uint64()), Linked: true}
		})
	case eventOf("VaultUnlinked"):
		return event(l, middleware.UnpackVaultUnlinkedEvent, func(e *bindings.MiddlewareVaultUnlinked) stake.Event {
			return stake.VaultLinked{Set: setID(e.Set), Operator: core.Address(e.Operator), Vault: core.Address(e.Vault),
				Slot: int(e.Slot.Uint64())}
		})
	case eventOf("SetCreated"):
		return event(l, middleware.UnpackSetCreatedEvent, func(e *bindings.MiddlewareSetCreated) stake.Event {
			return stake.ParametersSet{Set: setID(e.Set), From: core.Time(l.BlockTimestamp) + 1, Parameters: ParametersOf(e.Parameters)}
		})
	case eventOf("ParametersAnnounced"):
		return event(l, middleware.UnpackParametersAnnouncedEvent, func(e *bindings.MiddlewareParametersAnnounced) stake.Event {
			return stake.ParametersSet{Set: setID(e.Set), From: core.Time(e.From.Uint64()), Parameters: ParametersOf(e.Parameters)}
		})
	case eventOf("CollateralAnnounced"):
		return event(l, middleware.UnpackCollateralAnnouncedEvent, func(e *bindings.MiddlewareCollateralAnnounced) stake.Event {
			return stake.CollateralSet{Token: core.Address(e.Token), From: core.Time(e.From.Uint64()), Weight: Amount(e.Weight)}
		})
	}
	return nil, nil
}

// ParametersOf returns a set's parameters as core has them.
func ParametersOf(p bindings.SetParameters) stake.Parameters {
	return stake.Parameters{
		Rules: stake.Rules{MaxExecutors: uint16(p.MaxExecutors), MinStake: Amount(p.MinStake), MaxStake: Amount(p.MaxStake),
			MaxVaultStake: Amount(p.MaxVaultStake)},
		EraReward: Amount(p.EraReward), EmissionRule: p.EmissionRule, EraRateBps: core.Bps(p.EraRateBps),
		PerformanceRule: p.PerformanceRule, PerformanceFloor: p.PerformanceFloor, EquivocationBps: core.Bps(p.EquivocationBps),
		WrongResultBps: core.Bps(p.WrongResultBps), BountyBps: core.Bps(p.BountyBps), BountyCap: Amount(p.BountyCap),
		JailEras: p.JailEras, ProposerReward: Amount(p.ProposerReward), BatchReward: Amount(p.BatchReward),
		MessageFee: Amount(p.MessageFee), Bond: Amount(p.Bond),
	}
}
