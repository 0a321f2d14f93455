package batch

import "github.com/gear-tech/roster/core"

// KeyLength is the length of a packed public key in bytes: a point of G2 as EIP-2537 encodes it, without
// the 16 leading zeros of each of its four coordinates (protocol §4).
const KeyLength = 192

// KeyHash names a public key, an Executor's own or an aggregate: keccak256 of the packed key (protocol §4).
// It does not check that the bytes are a point.
func KeyHash(key [KeyLength]byte) core.Hash { return core.Keccak(key[:]) }

// Header is what the Router keeps of an era's Executors, by its hash: whoever uses the set hands the header
// in again (protocol §4).
type Header struct {
	Set core.SetID
	// Era is the term of the set.
	Era core.Era
	// Count is the number of Executors, 1 to 128.
	Count uint16
	// Total is the sum of their weights, in wVARA base units, below 2^96.
	Total core.Amount
	// Root is the root of the tree of their entries (merkle.EntryRoot).
	Root core.Hash
	// AggregateHash is the KeyHash of the sum of their keys.
	AggregateHash core.Hash
}

// Hash is keccak256(abi.encode(uint96 set, uint64 era, uint16 count, uint96 total, bytes32 root, bytes32
// keccak256(aggregate key))) (protocol §5, "header hash"). A total of 2^96 or more cannot be a header of the
// Router; its hash is then one that the Router never has.
func (h Header) Hash() core.Hash {
	return hashWords(number(uint64(h.Set)), number(uint64(h.Era)), number(uint64(h.Count)), amount(h.Total),
		h.Root, h.AggregateHash)
}

// Lottery is the number that orders operators of equal weight in an era, smaller first: keccak256(abi.encode(
// chainId, router, set, era, seed, operator)) (protocol §4). It is as good as unique for each operator, so
// the order of an election is strict.
func Lottery(chainID uint64, router core.Address, set core.SetID, era core.Era, seed core.Hash, operator core.Address) core.Hash {
	return hashWords(number(chainID), address(router), number(uint64(set)), number(uint64(era)), seed, address(operator))
}
