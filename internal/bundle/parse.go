package bundle

import (
	"bytes"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/gear-tech/roster/core"
)

// The least that things take. Each item costs memory beyond its bytes, so that what is shorter than it can be is refused
// before there are many.
const (
	// minNode: a node has a place of its own when it has 32 bytes; a root may be shorter, but a leaf at the root has its
	// whole key of 32 bytes, and one with two such below it has their hashes.
	minNode = 32
	// minReceipt: its bloom.
	minReceipt = 256
	// minCode: an account that delegates (EIP-7702) has 23 bytes; no contract of ours or Symbiotic's has so few.
	minCode = 23
)

// parser takes items off RLP, without copying. After an error it returns zeros.
type parser struct {
	rest []byte
	err  error
}

func (p *parser) fail(what string, err error) {
	if p.err == nil {
		p.err = fmt.Errorf("%s: %w", what, err)
	}
	p.rest = nil
}

func (p *parser) number(what string) uint64 {
	n, rest, err := rlp.SplitUint64(p.rest)
	if err != nil {
		p.fail(what, err)
		return 0
	}
	p.rest = rest
	return n
}

// bytes takes a string of at least min bytes.
func (p *parser) bytes(what string, min int) []byte {
	content, rest, err := rlp.SplitString(p.rest)
	if err == nil && len(content) < min {
		err = fmt.Errorf("%d bytes, cannot be less than %d", len(content), min)
	}
	if err != nil {
		p.fail(what, err)
		return nil
	}
	p.rest = rest
	return content
}

// fixed takes a string of exactly n bytes.
func (p *parser) fixed(what string, n int) []byte {
	b := p.bytes(what, n)
	if p.err == nil && len(b) != n {
		p.fail(what, fmt.Errorf("%d bytes, want %d", len(b), n))
	}
	if p.err != nil {
		return make([]byte, n)
	}
	return b
}

// item takes a list whole, with its head.
func (p *parser) item(what string, min int) []byte {
	_, rest, err := rlp.SplitList(p.rest)
	whole := p.rest[:len(p.rest)-len(rest)]
	if err == nil && len(whole) < min {
		err = fmt.Errorf("%d bytes, cannot be less than %d", len(whole), min)
	}
	if err != nil {
		p.fail(what, err)
		return nil
	}
	p.rest = rest
	return whole
}

// enter takes a list and returns a parser of what is in it; false when none comes.
func (p *parser) enter(what string) (parser, bool) {
	content, rest, err := rlp.SplitList(p.rest)
	if err != nil {
		p.fail(what, err)
		return parser{}, false
	}
	p.rest = rest
	return parser{rest: content}, true
}

// list takes a list, item by item: each must take something.
func (p *parser) list(what string, item func(*parser)) {
	inner, ok := p.enter(what)
	for i := 0; ok && len(inner.rest) > 0; i++ {
		if item(&inner); inner.err != nil {
			p.fail(fmt.Sprintf("%s, number %d", what, i), inner.err)
			return
		}
	}
}

// sorted takes a list of strings that ascend by their Keccak hash, each once.
func (p *parser) sorted(what string, min int) [][]byte {
	var list [][]byte
	var last common.Hash
	p.list(what, func(q *parser) {
		b := q.bytes("bytes", min)
		if q.err != nil {
			return
		}
		hash := crypto.Keccak256Hash(b)
		if len(list) > 0 && bytes.Compare(last[:], hash[:]) >= 0 {
			q.fail("order", fmt.Errorf("hash %v comes after %v", hash, last))
			return
		}
		list, last = append(list, b), hash
	})
	return list
}

// group takes a list that is one thing with several parts.
func (p *parser) group(what string, parts func(*parser)) {
	inner, ok := p.enter(what)
	if !ok {
		return
	}
	if parts(&inner); inner.err == nil && len(inner.rest) > 0 {
		inner.fail("end", fmt.Errorf("%d bytes too many", len(inner.rest)))
	}
	if inner.err != nil {
		p.fail(what, inner.err)
	}
}

// receipts takes one block's and appends them to those of the blocks before; there are no more of them than headers.
func (p *parser) receipts(list []Receipts, headers int) []Receipts {
	if len(list) == headers {
		p.fail("block", fmt.Errorf("there are only %d headers", headers))
		return list
	}
	p.group("block", func(q *parser) {
		r := Receipts{Number: q.number("number")}
		q.list("receipts", func(q *parser) { r.List = append(r.List, q.bytes("receipt", minReceipt)) })
		if n := len(list); q.err == nil && n > 0 && list[n-1].Number >= r.Number {
			q.fail("order", fmt.Errorf("block %d comes after block %d", r.Number, list[n-1].Number))
		}
		list = append(list, r)
	})
	return list
}

// holders takes one vault's at one time and appends them to those before.
func (p *parser) holders(list []Holders) []Holders {
	p.group("vault", func(q *parser) {
		h := Holders{Vault: common.Address(q.fixed("vault", common.AddressLength)), At: core.Time(q.number("time"))}
		q.list("accounts", func(q *parser) {
			a := common.Address(q.fixed("account", common.AddressLength))
			if n := len(h.Accounts); q.err == nil && n > 0 && bytes.Compare(h.Accounts[n-1][:], a[:]) >= 0 {
				q.fail("order", fmt.Errorf("account %v comes after %v", a, h.Accounts[n-1]))
			}
			h.Accounts = append(h.Accounts, a)
		})
		if n := len(list); q.err == nil && n > 0 && list[n-1].compare(h) >= 0 {
			q.fail("order", fmt.Errorf("vault %v at %d comes after vault %v at %d", h.Vault, h.At, list[n-1].Vault, list[n-1].At))
		}
		list = append(list, h)
	})
	return list
}
