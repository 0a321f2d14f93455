package chain

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// recorded is a client that has these logs and nothing else.
type recorded struct {
	Client
	logs []types.Log
}

func (c recorded) FilterLogs(_ context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	var found []types.Log
	for _, l := range c.logs {
		in := l.BlockNumber >= q.FromBlock.Uint64() && l.BlockNumber <= q.ToBlock.Uint64() && slices.Contains(q.Addresses, l.Address)
		for i, any := range q.Topics {
			in = in && (len(any) == 0 || i < len(l.Topics) && slices.Contains(any, l.Topics[i]))
		}
		if in {
			found = append(found, l)
		}
	}
	return found, nil
}

var programsAt = common.Address{0x77}

// logOf is a log of Programs: the indexed arguments as topics, the others packed by go-ethereum.
func logOf(t *testing.T, block uint64, index uint, event string, indexed []common.Hash, values ...any) types.Log {
	t.Helper()
	e := programs.GetABI().Events[event]
	data, err := e.Inputs.NonIndexed().Pack(values...)
	if err != nil {
		t.Fatal(err)
	}
	return types.Log{Address: programsAt, BlockNumber: block, Index: index, Topics: append([]common.Hash{e.ID}, indexed...), Data: data}
}

func rosterOf(logs ...types.Log) *Roster {
	return &Roster{Client: recorded{logs: logs}, At: Addresses{Programs: programsAt}}
}

// Every field of every event arrives in its place.
func TestProgramEvents(t *testing.T) {
	set, program, other, sender := common.BigToHash(big.NewInt(3)), common.Hash{1}, common.Hash{2}, common.HexToHash("0xabcd")
	account := common.BytesToAddress(sender[:])
	most := new(big.Int).Sub(new(big.Int).Lsh(common.Big1, 128), common.Big1)
	r := rosterOf(
		logOf(t, 4, 9, "MessageSent", []common.Hash{set, program, sender}, uint64(1), common.Big1, []byte("before")),
		logOf(t, 5, 0, "CodeChunk", []common.Hash{other, sender}, uint32(0), uint32(1), [32]byte{}, []byte("x")), // nobody acts on it
		logOf(t, 5, 1, "CodeUploaded", []common.Hash{other, sender}, uint32(7)),
		logOf(t, 5, 2, "ProgramCreated", []common.Hash{set, program, other}, account, [32]byte{5}, big.NewInt(6), []byte("init")),
		logOf(t, 6, 0, "MessageSent", []common.Hash{set, program, sender}, uint64(8), most, []byte{}),
		logOf(t, 6, 1, "MessageDelivered", []common.Hash{set, set, set}, account),
		logOf(t, 7, 3, "ReplySent", []common.Hash{set, program, sender}, [32]byte{9}, common.Big0, []byte("reply")),
		logOf(t, 8, 0, "MessageSent", []common.Hash{set, program, sender}, uint64(9), common.Big1, []byte("after")),
	)
	got, err := r.ProgramEvents(t.Context(), 5, 7)
	if err != nil || len(got) != 4 {
		t.Fatalf("%d events, error %v", len(got), err)
	}
	for i, place := range [][2]uint64{{5, 1}, {5, 2}, {6, 0}, {7, 3}} {
		if got[i].Block != place[0] || got[i].Index != uint(place[1]) {
			t.Errorf("event %d is at %d, %d; want %v", i, got[i].Block, got[i].Index, place)
		}
	}
	from := core.Address(account)
	if u := got[0].Uploaded; u == nil || *u != (CodeUploaded{core.Hash(other), from, 7}) {
		t.Errorf("%+v", u)
	}
	if c := got[1].Created; c == nil || c.Set != 3 || c.Program != core.Hash(program) || c.CodeID != core.Hash(other) || c.Creator != from ||
		c.Salt != (core.Hash{5}) || string(c.Init) != "init" || c.Value.Uint64() != 6 {
		t.Errorf("%+v", c)
	}
	if m := got[2].Message; m == nil || m.Set != 3 || m.Program != core.Hash(program) || m.Sender != from || m.Nonce != 8 || len(m.Payload) != 0 ||
		m.Value.ToBig().Cmp(most) != 0 {
		t.Errorf("%+v", m)
	}
	if a := got[3].Reply; a == nil || a.Set != 3 || a.Program != core.Hash(program) || a.Sender != from || a.RepliedTo != (core.Hash{9}) ||
		string(a.Payload) != "reply" || !a.Value.IsZero() {
		t.Errorf("%+v", a)
	}
}

// A log that another contract made than the one expected is an error that no repetition cures.
func TestProgramEventsOfAnotherContract(t *testing.T) {
	good := logOf(t, 1, 0, "ReplySent", []common.Hash{{}, {}, {}}, [32]byte{9}, common.Big0, []byte("reply"))
	short, bare := good, good
	short.Data = good.Data[:40]
	bare.Topics = good.Topics[:2]
	for name, l := range map[string]types.Log{"data": short, "topics": bare} {
		var e *Error
		if _, err := rosterOf(l).ProgramEvents(t.Context(), 0, 2); !errors.As(err, &e) || e.Kind != Fatal {
			t.Errorf("short %s: error %v, want a fatal one", name, err)
		}
	}
}

// A code is what its uploader's chunks were when it came to exist; what is missing of it is asked for again.
func TestCode(t *testing.T) {
	parts := [][]byte{{1, 2}, {3}}
	id := CodeID(parts)
	by, stranger := common.BigToHash(common.Big1), common.BigToHash(common.Big2)
	chunk := func(block uint64, index uint, from common.Hash, place, of uint32, bytes ...byte) types.Log {
		return logOf(t, block, index, "CodeChunk", []common.Hash{common.Hash(id), from}, place, of, [32]byte{}, bytes)
	}
	done := logOf(t, 5, 4, "CodeUploaded", []common.Hash{common.Hash(id), by}, uint32(2))
	logs := []types.Log{
		chunk(1, 0, by, 0, 2, 9), chunk(2, 0, by, 1, 2, 3), chunk(3, 0, stranger, 1, 2, 8),
		chunk(5, 0, by, 0, 3, 7), chunk(5, 3, by, 0, 2, 1, 2), done, chunk(5, 5, by, 0, 2, 6), chunk(6, 0, by, 1, 2, 6),
	}
	code, found, err := rosterOf(logs...).Code(t.Context(), id, 9)
	if err != nil || !found || !bytes.Equal(code, []byte{1, 2, 3}) {
		t.Errorf("code %v, found %v, error %v", code, found, err)
	}
	for name, r := range map[string]*Roster{"before": rosterOf(logs...), "another": rosterOf(chunk(1, 0, by, 0, 2, 1))} {
		if code, found, err := r.Code(t.Context(), id, 4); found || err != nil || code != nil {
			t.Errorf("%s: code %v, found %v, error %v", name, code, found, err)
		}
	}
	var e *Error
	if _, found, err := rosterOf(logs[1], done).Code(t.Context(), id, 9); found || !errors.As(err, &e) || e.Kind != Retry {
		t.Errorf("a chunk left out: found %v, error %v, want one to retry", found, err)
	}
}

// Ids of programs and codes, against go-ethereum's packing.
func TestProgramIDs(t *testing.T) {
	kind := func(name string) abi.Argument {
		typ, err := abi.NewType(name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		return abi.Argument{Type: typ}
	}
	code, creator, salt := core.Hash{1}, core.Address{2}, core.Hash{31: 3}
	packed, err := abi.Arguments{kind("uint96"), kind("bytes32"), kind("address"), kind("bytes32")}.Pack(
		Number(uint64(1)<<40), code, common.Address(creator), salt)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ProgramID(1<<40, code, creator, salt), core.Keccak(packed); got != want {
		t.Errorf("program %s, want %s", got, want)
	}
	long := bytes.Repeat([]byte{5}, 2*MaxChunk+1)
	if c := Chunks(long); len(c) != 3 || len(c[0]) != MaxChunk || len(c[2]) != 1 || !bytes.Equal(slices.Concat(c...), long) {
		t.Errorf("%d chunks", len(c))
	}
	if one, two := CodeID(Chunks(long)), CodeID([][]byte{long}); one == two {
		t.Error("another cut has the same id")
	}
}
