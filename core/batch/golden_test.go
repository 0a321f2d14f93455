package batch

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/gear-tech/roster/core"
)

var update = flag.Bool("update", false, "rewrite testdata/digests.json")

const goldenPath = "../../testdata/digests.json"

// fixture is one row of inputs; its hashes and addresses follow from its name, except in the extreme rows.
type fixture struct {
	name    string
	fill    byte // of every hash, address and key, when the row is an extreme
	extreme bool
	chainID uint64
	set     core.SetID
	era     core.Era
	count   uint16
	total   core.Amount
	number  uint64
	block   uint64
	index   uint64
	amounts [2]core.Amount
	key     [KeyLength]byte
}

func fixtures() []fixture {
	top := ^uint64(0)
	all := core.Amount{top, top, top, top}
	rows := []fixture{
		{name: "zero", extreme: true},
		{name: "mainnet", chainID: 1, set: 0, era: 7, count: 100, total: core.Amount{1_000_000_000_000_000}, number: 42, block: 23_000_000, index: 3,
			amounts: [2]core.Amount{{1_000_000}, {9_000_000_000_000}}},
		{name: "devnet", chainID: 31337, set: 1, era: 0, count: 1, total: core.Amount{1}, number: 1, block: 1, index: 0},
		{name: "beyond 64 bits", chainID: 560048, set: 1 << 40, era: 1 << 33, count: 128, total: core.Amount{5, 1 << 31}, number: 1 << 63, block: 1 << 62, index: 1 << 32,
			amounts: [2]core.Amount{{0, 1}, {0, 0, 0, 1 << 63}}},
		{name: "all ones", extreme: true, fill: 0xff, chainID: top, set: core.SetID(top), era: core.Era(top), count: 65535,
			total: core.Amount{top, 1<<32 - 1}, number: top, block: top, index: top, amounts: [2]core.Amount{all, all}},
	}
	for i := range rows {
		for j := range rows[i].key {
			rows[i].key[j] = rows[i].fill
		}
		if !rows[i].extreme {
			for j := 0; j < KeyLength; j += 32 {
				h := core.Keccak([]byte(rows[i].name), []byte("key"), []byte{byte(j)})
				copy(rows[i].key[j:], h[:])
			}
		}
	}
	return rows
}

func (f fixture) hash(n byte) core.Hash {
	if f.extreme {
		return core.Hash(bytes.Repeat([]byte{f.fill}, 32))
	}
	return core.Keccak([]byte(f.name), []byte("hash"), []byte{n})
}

func (f fixture) address(n byte) core.Address {
	h := core.Keccak([]byte(f.name), []byte("address"), []byte{n})
	if f.extreme {
		h = f.hash(0)
	}
	return core.Address(h[12:])
}

func (f fixture) header() Header {
	return Header{f.set, f.era, f.count, f.total, f.hash(1), KeyHash(f.key)}
}

func (f fixture) batch() Batch {
	return Batch{f.set, f.number, f.hash(1), f.block, f.hash(2), f.hash(3), f.hash(4)}
}

func (f fixture) message() Message {
	return Message{f.set, f.number, f.index, f.hash(5), f.address(5), f.content().Hash()}
}

// content has no value beyond the contracts' type: they could not hash it.
func (f fixture) content() Content {
	code, value := f.hash(9), f.amounts[1]
	value[2], value[3] = 0, 0
	return Content{f.hash(6), f.hash(8), [4]byte(code[:4]), value, f.hash(10)}
}

func (f fixture) statement() Statement {
	return Statement{f.set, f.era, f.number, f.batch().Hash()}
}

func (f fixture) rewards() Rewards {
	return Rewards{f.set, f.era, f.era - min(f.era, 3), f.era, f.hash(1), f.hash(2), f.hash(3), f.amounts[0], f.amounts[1], f.hash(4)}
}

func (f fixture) lottery() core.Hash {
	return Lottery(f.chainID, f.address(1), f.set, f.era, f.hash(3), f.address(4))
}

// golden is the file: for each row of the table of protocol §5 an object of columns of equal length. Numbers
// are decimal strings, since JSON's own lose digits beyond 2^53; the rest is hexadecimal.
type golden map[string]map[string][]string

func (g golden) add(table string, cells ...any) {
	if g[table] == nil {
		g[table] = map[string][]string{}
	}
	for i := 0; i < len(cells); i += 2 {
		column := cells[i].(string)
		g[table][column] = append(g[table][column], cell(cells[i+1]))
	}
}

func cell(value any) string {
	switch v := value.(type) {
	case core.Amount:
		return v.Dec()
	case []byte:
		return "0x" + hex.EncodeToString(v)
	}
	return fmt.Sprint(value)
}

func vectors() golden {
	g := golden{}
	for _, f := range fixtures() {
		h, b, m, c, s, r := f.header(), f.batch(), f.message(), f.content(), f.statement(), f.rewards()
		domain := Domain{f.chainID, f.address(1)}
		g.add("key", "key", f.key[:], "hash", KeyHash(f.key))
		g.add("header", "set", h.Set, "era", h.Era, "count", h.Count, "total", h.Total, "root", h.Root,
			"aggregateHash", h.AggregateHash, "hash", h.Hash())
		g.add("batch", "set", b.Set, "number", b.Number, "previousHash", b.PreviousHash, "endBlock", b.EndBlock, "endBlockHash", b.EndBlockHash,
			"stateRoot", b.StateRoot, "messagesRoot", b.MessagesRoot, "hash", b.Hash())
		g.add("head", "number", b.Number, "batchHash", b.Hash(), "hash", Head(b.Number, b.Hash()))
		g.add("domain", "chainId", f.chainID, "router", f.address(1), "separator", domain.Separator())
		g.add("statement", "chainId", f.chainID, "router", f.address(1), "set", s.Set, "era", s.Era, "number", s.Number,
			"batchHash", s.BatchHash, "structHash", s.StructHash(), "digest", s.Digest(domain))
		g.add("rewards", "chainId", f.chainID, "router", f.address(1), "set", r.Set, "era", r.Era, "fromEra", r.FromEra, "toEra", r.ToEra,
			"previousRoots", r.PreviousRoots, "operatorsRoot", r.OperatorsRoot, "stakersRoot", r.StakersRoot,
			"operatorsAmount", r.OperatorsAmount, "stakersAmount", r.StakersAmount, "distributionHash", r.DistributionHash,
			"structHash", r.StructHash(), "digest", r.Digest(domain))
		g.add("previousRoots", "operatorsRoot", f.hash(1), "stakersRoot", f.hash(2), "hash", PreviousRoots(f.hash(1), f.hash(2)))
		g.add("possession", "chainId", f.chainID, "middleware", f.address(2), "set", f.set, "operator", f.address(3),
			"key", f.key[:], "digest", Possession(f.chainID, f.address(2), f.set, f.address(3), KeyHash(f.key)))
		g.add("message", "set", m.Set, "number", m.Number, "index", m.Index, "program", m.Program, "destination", m.Destination,
			"contentHash", m.ContentHash, "leaf", m.Leaf())
		g.add("content", "id", c.ID, "replyTo", c.ReplyTo, "replyCode", c.ReplyCode[:], "value", c.Value, "payloadHash", c.PayloadHash,
			"hash", c.Hash())
		if f.index > 0 { // a count of 0 has no root to hash
			g.add("messagesRoot", "count", f.index, "treeRoot", f.hash(7), "hash", MessagesRoot(f.index, f.hash(7)))
		}
		g.add("lottery", "chainId", f.chainID, "router", f.address(1), "set", f.set, "era", f.era, "seed", f.hash(3),
			"operator", f.address(4), "hash", f.lottery())
	}
	g.add("types", "domain", DomainType, "batch", StatementType, "rewards", RewardsType,
		"statementDst", StatementDST, "possessionDst", PossessionDST)
	return g
}

// The file that the contracts' tests read says what this package says.
func TestGolden(t *testing.T) {
	text, err := json.MarshalIndent(vectors(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile(goldenPath, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s differs: a digest changed, or the file is stale (go test ./core/batch -update rewrites it)", goldenPath)
	}
}
