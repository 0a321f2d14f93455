package reward

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/gear-tech/roster/core"
)

// The canonical bytes of a distribution, version 2. All numbers are big endian and unsigned, of fixed width;
// nothing is optional, nothing follows the last column: one distribution has exactly one file.
//
//	offset  bytes  what
//	     0     14  "ROSTER-REWARDS" in ASCII
//	    14      2  version, 2
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
//	   188      4  of them, those of 2^128 and more
//	   192      4  number of stakers' leaves, m
//	   196      4  of them, those of 2^128 and more
//	   200         the operators' columns, then the stakers':
//	         20·n  accounts, strictly ascending
//	         16·n  cumulative amounts > 0 modulo 2^128, in the accounts' order
//	         20·…  for each amount of 2^128 and more: its place, from 0 (4), the amount divided by 2^128 (16); ascending by place
//
// Version 1, of which none was ever signed, had leaves of 52 bytes, account and amount one after the other.
const (
	fileMagic   = "ROSTER-REWARDS"
	fileVersion = 2
	headLength  = 200
)

// ErrFile marks bytes that are not the canonical bytes of any distribution.
var ErrFile = errors.New("not a distribution")

// head is what stands in front of the columns.
func (d Distribution) head() ([]byte, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	b := make([]byte, 0, headLength)
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
	for _, list := range []Amounts{d.Balances.Operators, d.Balances.Stakers} {
		if n := list.Len(); n > math.MaxUint32 {
			return nil, fmt.Errorf("%d leaves: more than 32 bits count", n)
		}
		b = binary.BigEndian.AppendUint32(b, uint32(list.Len()))
		b = binary.BigEndian.AppendUint32(b, uint32(len(list.high)/highWidth))
	}
	return b, nil
}

// WriteTo writes the canonical bytes and needs no memory for them. Errors: amounts that the lists cannot have grown by, an
// era range that is none, and those of the writer.
func (d Distribution) WriteTo(w io.Writer) (n int64, err error) {
	head, err := d.head()
	if err != nil {
		return 0, fmt.Errorf("encode distribution of set %d: %w", d.Set, err)
	}
	o, s := d.Balances.Operators, d.Balances.Stakers
	for _, b := range [][]byte{head, o.accounts, o.low, o.high, s.accounts, s.low, s.high} {
		m, err := w.Write(b)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Length is how many bytes WriteTo writes.
func (d Distribution) Length() int64 {
	n := headLength
	for _, a := range []Amounts{d.Balances.Operators, d.Balances.Stakers} {
		n += len(a.accounts) + len(a.low) + len(a.high)
	}
	return int64(n)
}

// Encode returns the canonical bytes. Errors as WriteTo.
func (d Distribution) Encode() ([]byte, error) {
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Hash returns distributionHash: keccak256 of the canonical bytes (protocol §5).
func (d Distribution) Hash() (core.Hash, error) {
	h := core.NewKeccak()
	if _, err := d.WriteTo(h); err != nil {
		return core.Hash{}, err
	}
	return core.Hash(h.Sum(nil)), nil
}

// Decode reads canonical bytes and nothing else: what it returns encodes to the same bytes again. It checks
// the hash against nothing; the caller compares core.Keccak(b) with the distributionHash on chain.
//
// It allocates nothing but the head: the columns are b itself, which must not be changed any more.
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
	var counts [4]uint64
	for i := range counts {
		counts[i] = uint64(binary.BigEndian.Uint32(b[184+4*i:]))
	}
	const leaf = accountWidth + lowWidth
	if want := headLength + leaf*(counts[0]+counts[2]) + highWidth*(counts[1]+counts[3]); uint64(len(b)) != want {
		return Distribution{}, fmt.Errorf("%d and %d leaves, of which %d and %d are large, take %d bytes", counts[0], counts[2], counts[1], counts[3], want)
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
	b = b[headLength:]
	d.Balances.Operators, b = readAmounts(b, counts[0], counts[1])
	d.Balances.Stakers, _ = readAmounts(b, counts[2], counts[3])
	if err := d.Balances.Operators.check(); err != nil {
		return Distribution{}, fmt.Errorf("operators: %w", err)
	}
	if err := d.Balances.Stakers.check(); err != nil {
		return Distribution{}, fmt.Errorf("stakers: %w", err)
	}
	return d, d.check()
}

// readAmounts takes columns off the front of b.
func readAmounts(b []byte, n, high uint64) (a Amounts, rest []byte) {
	for _, column := range []struct {
		to    *[]byte
		bytes uint64
	}{{&a.accounts, accountWidth * n}, {&a.low, lowWidth * n}, {&a.high, highWidth * high}} {
		if column.bytes > 0 { // an empty column is nil, as in the balances of a new set
			*column.to = b[:column.bytes:column.bytes]
		}
		b = b[column.bytes:]
	}
	return a, b
}

func appendAmount(b []byte, a core.Amount) []byte {
	word := a.Bytes32()
	return append(b, word[:]...)
}

func readAmount(b []byte) (a core.Amount) {
	a.SetBytes(b)
	return a
}
