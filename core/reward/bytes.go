package reward

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/gear-tech/roster/core"
)

// The canonical bytes of a distribution, version 1. All numbers are big endian and unsigned, of fixed width;
// nothing is optional, nothing follows the last leaf: one distribution has exactly one file.
//
//	offset  bytes  what
//	     0     14  "ROSTER-REWARDS" in ASCII
//	    14      2  version, 1
//	    16      8  chain id
//	    24     20  Router
//	    44     20  Middleware
//	    64      8  set
//	    72      8  fromEra
//	    80      8  toEra
//	    88     32  previousRoots
//	   120     32  operatorsAmount
//	   152     32  stakersAmount
//	   184      4  number of operators' leaves, n
//	   188      4  number of stakers' leaves, m
//	   192   52·n  operators' leaves, strictly ascending by address: address (20), cumulative amount > 0 (32)
//	         52·m  stakers' leaves, the same
const (
	fileMagic   = "ROSTER-REWARDS"
	fileVersion = 1
	headLength  = 192
	leafLength  = 52
)

// ErrFile marks bytes that are not the canonical bytes of any distribution.
var ErrFile = errors.New("not a distribution")

// Encode returns the canonical bytes. Errors: lists out of order or too long, an era range that is none.
func (d Distribution) Encode() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("encode distribution of set %d: %w", d.Set, err)
	}
	n, m := len(d.Balances.Operators), len(d.Balances.Stakers)
	if n > math.MaxUint32 || m > math.MaxUint32 {
		return nil, fmt.Errorf("encode distribution of set %d: %d and %d leaves: more than 32 bits count", d.Set, n, m)
	}
	b := make([]byte, 0, headLength+leafLength*(n+m))
	b = append(b, fileMagic...)
	b = binary.BigEndian.AppendUint16(b, fileVersion)
	b = binary.BigEndian.AppendUint64(b, d.ChainID)
	b = append(b, d.Router[:]...)
	b = append(b, d.Middleware[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(d.Set))
	b = binary.BigEndian.AppendUint64(b, uint64(d.FromEra))
	b = binary.BigEndian.AppendUint64(b, uint64(d.ToEra))
	b = append(b, d.PreviousRoots[:]...)
	b = appendAmount(b, d.OperatorsAmount)
	b = appendAmount(b, d.StakersAmount)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	b = binary.BigEndian.AppendUint32(b, uint32(m))
	b = appendLeaves(b, d.Balances.Operators)
	return appendLeaves(b, d.Balances.Stakers), nil
}

// Hash returns distributionHash: keccak256 of the canonical bytes (protocol §5).
func (d Distribution) Hash() (core.Hash, error) {
	b, err := d.Encode()
	if err != nil {
		return core.Hash{}, err
	}
	return core.Keccak(b), nil
}

// Decode reads canonical bytes and nothing else: what it returns encodes to the same bytes again. It checks
// the hash against nothing; the caller compares core.Keccak(b) with the distributionHash on chain.
//
// It never allocates more than a small multiple of len(b), whatever the counts inside claim.
func Decode(b []byte) (Distribution, error) {
	d, err := decode(b)
	if err != nil {
		return Distribution{}, fmt.Errorf("decode %d bytes: %w: %w", len(b), ErrFile, err)
	}
	return d, nil
}

func decode(b []byte) (Distribution, error) {
	if len(b) < headLength {
		return Distribution{}, fmt.Errorf("shorter than the %d bytes in front of the leaves", headLength)
	}
	if magic := string(b[:14]); magic != fileMagic {
		return Distribution{}, fmt.Errorf("starts with %q, want %q", magic, fileMagic)
	}
	if version := binary.BigEndian.Uint16(b[14:]); version != fileVersion {
		return Distribution{}, fmt.Errorf("version %d, want %d", version, fileVersion)
	}
	n, m := uint64(binary.BigEndian.Uint32(b[184:])), uint64(binary.BigEndian.Uint32(b[188:]))
	if want := headLength + leafLength*(n+m); uint64(len(b)) != want {
		return Distribution{}, fmt.Errorf("%d and %d leaves take %d bytes", n, m, want)
	}
	d := Distribution{
		Origin: Origin{
			ChainID: binary.BigEndian.Uint64(b[16:]),
			Router:  core.Address(b[24:44]), Middleware: core.Address(b[44:64]),
			Set:           core.SetID(binary.BigEndian.Uint64(b[64:])),
			FromEra:       core.Era(binary.BigEndian.Uint64(b[72:])),
			ToEra:         core.Era(binary.BigEndian.Uint64(b[80:])),
			PreviousRoots: core.Hash(b[88:120]),
		},
		OperatorsAmount: readAmount(b[120:152]),
		StakersAmount:   readAmount(b[152:184]),
	}
	d.Balances.Operators = readLeaves(b[headLength : headLength+leafLength*n])
	d.Balances.Stakers = readLeaves(b[headLength+leafLength*n:])
	return d, d.check()
}

func appendAmount(b []byte, a core.Amount) []byte {
	word := a.Bytes32()
	return append(b, word[:]...)
}

func readAmount(b []byte) (a core.Amount) {
	a.SetBytes(b)
	return a
}

func appendLeaves(b []byte, leaves []Balance) []byte {
	for _, leaf := range leaves {
		b = append(b, leaf.Account[:]...)
		b = appendAmount(b, leaf.Amount)
	}
	return b
}

// readLeaves reads whole leaves; an empty list is nil, as in the balances of a new set.
func readLeaves(b []byte) (leaves []Balance) {
	if len(b) > 0 {
		leaves = make([]Balance, 0, len(b)/leafLength)
	}
	for ; len(b) > 0; b = b[leafLength:] {
		leaves = append(leaves, Balance{Account: core.Address(b[:20]), Amount: readAmount(b[20:leafLength])})
	}
	return leaves
}
