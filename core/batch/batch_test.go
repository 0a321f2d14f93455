package batch

import (
	"fmt"
	"math/big"
	"math/rand"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/gear-tech/roster/core"
)

// encode is go-ethereum's abi.encode of values given as "type" and value in turn: the oracle, which shares
// nothing with this package.
func encode(t *testing.T, pairs ...any) []byte {
	t.Helper()
	var arguments abi.Arguments
	var values []any
	for i := 0; i < len(pairs); i += 2 {
		typ, err := abi.NewType(pairs[i].(string), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		arguments, values = append(arguments, abi.Argument{Type: typ}), append(values, pairs[i+1])
	}
	packed, err := arguments.Pack(values...)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func keccak(parts ...[]byte) core.Hash { return core.Hash(crypto.Keccak256Hash(parts...)) }

func integer(a core.Amount) *big.Int { return a.ToBig() }

func wide[T ~uint64](n T) *big.Int { return new(big.Int).SetUint64(uint64(n)) }

// Protocol §5, the table: every row against go-ethereum's packing.
func TestAgainstGoEthereum(t *testing.T) {
	for i, f := range fixtures() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			h, b, m, content := f.header(), f.batch(), f.message(), f.content()
			key := f.key
			for _, c := range []struct {
				name string
				got  core.Hash
				want core.Hash
			}{
				{"key", KeyHash(key), keccak(key[:])},
				{"header", h.Hash(), keccak(encode(t, "uint96", wide(h.Set), "uint64", uint64(h.Era), "uint16", h.Count,
					"uint96", integer(h.Total), "bytes32", [32]byte(h.Root), "bytes32", [32]byte(keccak(key[:]))))},
				{"batch", b.Hash(), keccak(encode(t, "uint96", wide(b.Set), "uint64", b.Number, "bytes32", [32]byte(b.PreviousHash),
					"uint64", b.EndBlock, "bytes32", [32]byte(b.EndBlockHash), "bytes32", [32]byte(b.StateRoot), "bytes32", [32]byte(b.MessagesRoot)))},
				{"head", Head(b.Number, b.Hash()), keccak(encode(t, "uint64", b.Number, "bytes32", [32]byte(b.Hash())))},
				{"previous roots", PreviousRoots(f.hash(1), f.hash(2)), keccak(encode(t, "bytes32", [32]byte(f.hash(1)), "bytes32", [32]byte(f.hash(2))))},
				{"possession", Possession(f.chainID, f.address(2), f.set, f.address(3), KeyHash(key)), keccak(encode(t, "uint256", wide(f.chainID),
					"address", common.Address(f.address(2)), "uint96", wide(f.set), "address", common.Address(f.address(3)), "bytes32", [32]byte(keccak(key[:]))))},
				{"message", m.Leaf(), keccak([]byte{2}, encode(t, "uint96", wide(m.Set), "uint64", m.Number, "uint256", wide(m.Index),
					"bytes32", [32]byte(m.Program), "address", common.Address(m.Destination), "bytes32", [32]byte(m.ContentHash)))},
				{"content", content.Hash(), keccak(encode(t, "bytes32", [32]byte(content.ID), "bytes32", [32]byte(content.ReplyTo), "bytes4", content.ReplyCode,
					"uint128", integer(content.Value), "bytes32", [32]byte(content.PayloadHash)))},
				{"lottery", f.lottery(), keccak(encode(t, "uint256", wide(f.chainID), "address", common.Address(f.address(1)), "uint96", wide(f.set),
					"uint64", uint64(f.era), "bytes32", [32]byte(f.hash(3)), "address", common.Address(f.address(4))))},
			} {
				if c.got != c.want {
					t.Errorf("%s: %s, go-ethereum %s", c.name, c.got, c.want)
				}
			}
		})
	}
}

// The count is part of the root of a batch's messages; none have the zero root (protocol §6).
func TestMessagesRoot(t *testing.T) {
	tree := core.Hash{1, 2, 3}
	if got := MessagesRoot(0, tree); !got.IsZero() {
		t.Errorf("root of none: %s", got)
	}
	for _, count := range []uint64{1, 2, 1 << 40, ^uint64(0)} {
		packed := append([]byte{3}, wide(count).FillBytes(make([]byte, 8))...)
		if got, want := MessagesRoot(count, tree), keccak(packed, tree[:]); got != want {
			t.Errorf("root of %d: %s, want %s", count, got, want)
		}
	}
}

// Protocol §5: the EIP-712 statements against go-ethereum's typed data.
func TestStatementsAgainstGoEthereum(t *testing.T) {
	types := apitypes.Types{
		"EIP712Domain": fieldsOf(DomainType), "Batch": fieldsOf(StatementType), "Rewards": fieldsOf(RewardsType),
	}
	for i, f := range fixtures() {
		domain := Domain{f.chainID, f.address(1)}
		s, r := f.statement(), f.rewards()
		for name, c := range map[string]struct {
			got     core.Hash
			message apitypes.TypedDataMessage
		}{
			"Batch": {s.Digest(domain), apitypes.TypedDataMessage{"set": decimal(s.Set), "era": decimal(s.Era),
				"number": decimal(s.Number), "batchHash": s.BatchHash.String()}},
			"Rewards": {r.Digest(domain), apitypes.TypedDataMessage{"set": decimal(r.Set), "era": decimal(r.Era),
				"fromEra": decimal(r.FromEra), "toEra": decimal(r.ToEra), "previousRoots": r.PreviousRoots.String(),
				"operatorsRoot": r.OperatorsRoot.String(), "stakersRoot": r.StakersRoot.String(),
				"operatorsAmount": r.OperatorsAmount.Dec(), "stakersAmount": r.StakersAmount.Dec(),
				"distributionHash": r.DistributionHash.String()}},
		} {
			data := apitypes.TypedData{Types: types, PrimaryType: name, Message: c.message, Domain: apitypes.TypedDataDomain{
				Name: "Roster", Version: "1", ChainId: (*math.HexOrDecimal256)(wide(f.chainID)), VerifyingContract: f.address(1).String()}}
			want, _, err := apitypes.TypedDataAndHash(data)
			if err != nil {
				t.Fatal(err)
			}
			if c.got != core.Hash(want) {
				t.Errorf("fixture %d: digest of %s %s, go-ethereum %x", i, name, c.got, want)
			}
		}
	}
}

// fieldsOf takes an EIP-712 type string apart: go-ethereum puts it together again in its own way, so a wrong
// string gives another hash there.
func fieldsOf(typ string) []apitypes.Type {
	var fields []apitypes.Type
	inner := typ[strings.Index(typ, "(")+1 : len(typ)-1]
	for field := range strings.SplitSeq(inner, ",") {
		kind, name, _ := strings.Cut(field, " ")
		fields = append(fields, apitypes.Type{Name: name, Type: kind})
	}
	return fields
}

func decimal[T ~uint64](n T) string { return fmt.Sprint(uint64(n)) }

// Protocol §5: the strings that are hashed or stand in the ciphersuite, letter for letter.
func TestStrings(t *testing.T) {
	for got, want := range map[string]string{
		StatementType: "Batch(uint96 set,uint64 era,uint64 number,bytes32 batchHash)",
		RewardsType: "Rewards(uint96 set,uint64 era,uint64 fromEra,uint64 toEra,bytes32 previousRoots,bytes32 operatorsRoot," +
			"bytes32 stakersRoot,uint256 operatorsAmount,uint256 stakersAmount,bytes32 distributionHash)",
		StatementDST:  "ROSTER-V1-STATEMENT_BLS12381G1_XMD:SHA-256_SSWU_RO_",
		PossessionDST: strings.Replace(StatementDST, "STATEMENT", "POP", 1),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A hash of everything must change with anything: each field of each preimage, alone.
func TestEveryFieldCounts(t *testing.T) {
	f := fixtures()[1]
	domain := Domain{f.chainID, f.address(1)}
	seen := map[core.Hash]string{}
	add := func(name string, h core.Hash) {
		if other, ok := seen[h]; ok {
			t.Errorf("%s hashes like %s", name, other)
		}
		seen[h] = name
	}
	add("header", f.header().Hash())
	for i, change := range []func(*Header){
		func(h *Header) { h.Set++ }, func(h *Header) { h.Era++ }, func(h *Header) { h.Count++ }, func(h *Header) { h.Total.AddUint64(&h.Total, 1) },
		func(h *Header) { h.Total[1] ^= 1 << 32 }, // 2^96: beyond the Router's type, not cut off
		func(h *Header) { h.Root[31]++ }, func(h *Header) { h.AggregateHash[0]++ },
	} {
		h := f.header()
		change(&h)
		add(fmt.Sprint("header ", i), h.Hash())
	}
	add("batch", f.batch().Hash())
	for i, change := range []func(*Batch){
		func(b *Batch) { b.Set++ }, func(b *Batch) { b.Number++ }, func(b *Batch) { b.PreviousHash[0]++ }, func(b *Batch) { b.EndBlock++ },
		func(b *Batch) { b.EndBlockHash[0]++ }, func(b *Batch) { b.StateRoot[0]++ }, func(b *Batch) { b.MessagesRoot[0]++ },
	} {
		b := f.batch()
		change(&b)
		add(fmt.Sprint("batch ", i), b.Hash())
	}
	add("statement", f.statement().Digest(domain))
	for i, change := range []func(*Statement){
		func(s *Statement) { s.Set++ }, func(s *Statement) { s.Era++ }, func(s *Statement) { s.Number++ }, func(s *Statement) { s.BatchHash[0]++ },
	} {
		s := f.statement()
		change(&s)
		add(fmt.Sprint("statement ", i), s.Digest(domain))
	}
	add("message", f.message().Leaf())
	for i, change := range []func(*Message){
		func(m *Message) { m.Set++ }, func(m *Message) { m.Number++ }, func(m *Message) { m.Index++ }, func(m *Message) { m.Program[0]++ },
		func(m *Message) { m.Destination[0]++ }, func(m *Message) { m.ContentHash[0]++ },
	} {
		m := f.message()
		change(&m)
		add(fmt.Sprint("message ", i), m.Leaf())
	}
	add("content", f.content().Hash())
	for i, change := range []func(*Content){
		func(c *Content) { c.ID[0]++ }, func(c *Content) { c.ReplyTo[0]++ }, func(c *Content) { c.ReplyCode[0]++ }, func(c *Content) { c.ReplyCode[3]++ },
		func(c *Content) { c.Value[0]++ }, func(c *Content) { c.Value[2]++ }, // 2^128: beyond the contract's type, not cut off
		func(c *Content) { c.PayloadHash[31]++ },
	} {
		c := f.content()
		change(&c)
		add(fmt.Sprint("content ", i), c.Hash())
	}
	add("statement elsewhere", f.statement().Digest(Domain{f.chainID + 1, f.address(1)}))
	add("statement of another Router", f.statement().Digest(Domain{f.chainID, f.address(2)}))
	add("rewards", f.rewards().Digest(domain))
	for i, change := range []func(*Rewards){
		func(r *Rewards) { r.Set++ }, func(r *Rewards) { r.Era++ }, func(r *Rewards) { r.FromEra++ }, func(r *Rewards) { r.ToEra++ },
		func(r *Rewards) { r.PreviousRoots[0]++ }, func(r *Rewards) { r.OperatorsRoot[0]++ }, func(r *Rewards) { r.StakersRoot[0]++ },
		func(r *Rewards) { r.OperatorsAmount[3]++ }, func(r *Rewards) { r.StakersAmount[0]++ }, func(r *Rewards) { r.DistributionHash[0]++ },
	} {
		r := f.rewards()
		change(&r)
		add(fmt.Sprint("rewards ", i), r.Digest(domain))
	}
}

// FuzzHeader compares with go-ethereum on whatever the fuzzer finds.
func FuzzHeader(f *testing.F) {
	f.Add(uint64(0), uint64(0), uint16(0), uint64(0), uint32(0), int64(0))
	f.Add(^uint64(0), ^uint64(0), ^uint16(0), ^uint64(0), ^uint32(0), int64(1))
	f.Fuzz(func(t *testing.T, set, era uint64, count uint16, low uint64, high uint32, seed int64) {
		h := Header{Set: core.SetID(set), Era: core.Era(era), Count: count, Total: core.Amount{low, uint64(high)}}
		random := rand.New(rand.NewSource(seed))
		random.Read(h.Root[:])
		random.Read(h.AggregateHash[:])
		want := keccak(encode(t, "uint96", wide(set), "uint64", era, "uint16", count, "uint96", integer(h.Total),
			"bytes32", [32]byte(h.Root), "bytes32", [32]byte(h.AggregateHash)))
		if got := h.Hash(); got != want {
			t.Errorf("%+v hashes to %s, go-ethereum %s", h, got, want)
		}
	})
}
