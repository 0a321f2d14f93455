package batch

import "github.com/gear-tech/roster/core"

// The domain separation tags of RFC 9380 for signatures in G1: statements and proofs of possession are
// hashed to different points, so that neither can stand for the other (protocol §5).
const (
	StatementDST  = "ROSTER-V1-STATEMENT_BLS12381G1_XMD:SHA-256_SSWU_RO_"
	PossessionDST = "ROSTER-V1-POP_BLS12381G1_XMD:SHA-256_SSWU_RO_"
)

// The EIP-712 types, exactly as hashed: a space or a name more is another type.
const (
	DomainType    = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
	StatementType = "Batch(uint96 set,uint64 era,uint64 number,bytes32 batchHash)"
	RewardsType   = "Rewards(uint96 set,uint64 era,uint64 fromEra,uint64 toEra,bytes32 previousRoots,bytes32 operatorsRoot,bytes32 stakersRoot,uint256 operatorsAmount,uint256 stakersAmount,bytes32 distributionHash)"
)

// The name and version of the EIP-712 domain.
const (
	DomainName    = "Roster"
	DomainVersion = "1"
)

// Domain is where a statement counts: one Router on one chain (EIP-712, "domainSeparator").
type Domain struct {
	ChainID uint64
	Router  core.Address
}

// Separator is the hash of the domain: name "Roster", version "1", the chain id, the Router; no salt.
func (d Domain) Separator() core.Hash {
	return hashWords(core.Keccak([]byte(DomainType)), core.Keccak([]byte(DomainName)),
		core.Keccak([]byte(DomainVersion)), number(d.ChainID), address(d.Router))
}

// Digest is what is signed for a struct hash: keccak256(0x19 0x01 ‖ separator ‖ struct hash) (EIP-712).
// These 32 bytes are the BLS message, under StatementDST.
func (d Domain) Digest(structHash core.Hash) core.Hash {
	separator := d.Separator()
	return core.Keccak([]byte{0x19, 0x01}, separator[:], structHash[:])
}

// Statement is what an Executor signs about a batch, EIP-712's `Batch` (protocol §5).
type Statement struct {
	Set core.SetID
	// Era is that of the set that signs, also when it goes on after its era.
	Era core.Era
	// Number is the batch's. An honest Executor signs one batch hash per set, era and number, ever.
	Number    uint64
	BatchHash core.Hash
}

// StructHash is EIP-712's hashStruct of the statement.
func (s Statement) StructHash() core.Hash {
	return hashWords(core.Keccak([]byte(StatementType)), number(uint64(s.Set)), number(uint64(s.Era)),
		number(s.Number), s.BatchHash)
}

// Digest is what is signed in a domain.
func (s Statement) Digest(d Domain) core.Hash { return d.Digest(s.StructHash()) }

// Rewards is what an Executor signs about a distribution, EIP-712's `Rewards` (protocol §5, §8).
type Rewards struct {
	Set core.SetID
	// Era is that of the set that signs.
	Era core.Era
	// FromEra and ToEra are the eras that the distribution adds, both included.
	FromEra, ToEra core.Era
	// PreviousRoots is PreviousRoots of the two roots activated last, zero before any.
	PreviousRoots core.Hash
	// OperatorsRoot and StakersRoot are the roots of the cumulative trees, zero for an empty one.
	OperatorsRoot, StakersRoot core.Hash
	// OperatorsAmount and StakersAmount are what the two trees grow by, in wVARA base units.
	OperatorsAmount, StakersAmount core.Amount
	// DistributionHash is keccak256 of the canonical bytes of the distribution's file.
	DistributionHash core.Hash
}

// StructHash is EIP-712's hashStruct of the rewards.
func (r Rewards) StructHash() core.Hash {
	return hashWords(core.Keccak([]byte(RewardsType)), number(uint64(r.Set)), number(uint64(r.Era)),
		number(uint64(r.FromEra)), number(uint64(r.ToEra)), r.PreviousRoots, r.OperatorsRoot, r.StakersRoot,
		amount(r.OperatorsAmount), amount(r.StakersAmount), r.DistributionHash)
}

// Digest is what is signed in a domain.
func (r Rewards) Digest(d Domain) core.Hash { return d.Digest(r.StructHash()) }

// PreviousRoots ties a distribution to the one activated before it: keccak256(abi.encode(operatorsRoot,
// stakersRoot)) (protocol §5). Before any was activated the value is the zero hash, which is not what this
// function returns for two empty trees: use it only after an activation.
func PreviousRoots(operatorsRoot, stakersRoot core.Hash) core.Hash {
	return hashWords(operatorsRoot, stakersRoot)
}

// Possession is what an operator signs, under PossessionDST, to prove that it has the key it registers:
// keccak256(abi.encode(chainId, middleware, set, operator, keccak256(key))) (protocol §5). It binds the
// operator and the set, so a proof copied by another address proves nothing.
func Possession(chainID uint64, middleware core.Address, set core.SetID, operator core.Address, keyHash core.Hash) core.Hash {
	return hashWords(number(chainID), address(middleware), number(uint64(set)), address(operator), keyHash)
}
