package reward

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"sort"

	"github.com/gear-tech/roster/core"
)

// Balance is an account and an amount: a leaf of a cumulative tree, what one era pays, or shares of a vault.
type Balance struct {
	Account core.Address
	Amount  core.Amount
}

// The widths of Amounts' columns in bytes.
const (
	accountWidth = 20
	lowWidth     = 16
	highWidth    = 4 + 16
)

// Amounts are accounts with an amount above zero each, strictly ascending by account, in columns of bytes as they stand in
// a distribution file (docs/protocol.md §8): 36 bytes an account, so that ten million fit where a slice of Balance would
// hold six, and a file that is mapped into memory needs no reading. The zero value is empty. Amounts are not changed once
// made, and safe for concurrent use.
type Amounts struct {
	accounts []byte // accountWidth each
	low      []byte // lowWidth each: the amount modulo 2^128, big endian
	// high has an entry for each amount of 2^128 and more: its place, 4 bytes, and the amount divided by 2^128, 16 bytes,
	// > 0, both big endian; ascending by place.
	high []byte
}

// NewAmounts takes accounts in any order and leaves out those with nothing. An account that stands twice is an error, for
// one of its two amounts would be lost.
func NewAmounts(list []Balance) (Amounts, error) {
	if order := func(a, b Balance) int { return compare(a.Account, b.Account) }; !slices.IsSortedFunc(list, order) {
		list = slices.Clone(list)
		slices.SortFunc(list, order)
	}
	var a Amounts
	a.grow(len(list))
	for i, b := range list {
		if i > 0 && list[i-1].Account == b.Account {
			return Amounts{}, fmt.Errorf("account %s: listed twice", b.Account)
		}
		if !b.Amount.IsZero() {
			a.append(b)
		}
	}
	return a, nil
}

// Len is how many accounts there are.
func (a Amounts) Len() int { return len(a.accounts) / accountWidth }

// At returns the account in a place, 0 … Len()-1, and its amount.
func (a Amounts) At(place int) (core.Address, core.Amount) {
	return core.Address(a.account(place)), a.amount(place)
}

// All are the accounts in their order.
func (a Amounts) All() iter.Seq[Balance] {
	return func(yield func(Balance) bool) {
		for i := range a.Len() {
			if !yield(Balance{core.Address(a.account(i)), a.amount(i)}) {
				return
			}
		}
	}
}

// Of returns an account's amount, 0 when it does not stand there.
func (a Amounts) Of(account core.Address) core.Amount {
	place, found := a.Find(account)
	if !found {
		return core.Amount{}
	}
	return a.amount(place)
}

// Find returns the place of an account, and whether it is there.
func (a Amounts) Find(account core.Address) (place int, found bool) {
	return core.Search(a.Len(), binary.BigEndian.Uint64(account[:]), a.first, func(i int) int { return bytes.Compare(account[:], a.account(i)) })
}

// FirstDifference returns the first place in which two lists are not the same, and whether there is one.
func (a Amounts) FirstDifference(b Amounts) (place int, differs bool) {
	n := min(a.Len(), b.Len())
	if len(a.high)+len(b.high) == 0 {
		place = min(same(a.accounts, b.accounts)/accountWidth, same(a.low, b.low)/lowWidth)
		return place, place < n || a.Len() != b.Len()
	}
	for place < n && a.compare(place, b, place) == 0 && a.amount(place) == b.amount(place) {
		place++
	}
	return place, place < n || a.Len() != b.Len()
}

// same is how many bytes two columns have in common in front.
func same(a, b []byte) (n int) {
	const block = 1 << 12
	for m := min(len(a), len(b)); n+block <= m && bytes.Equal(a[n:n+block], b[n:n+block]); {
		n += block
	}
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// Sum is that of all amounts; an error beyond 256 bits.
func (a Amounts) Sum() (core.Amount, error) {
	var t total
	for i := range a.Len() {
		amount := a.amount(i)
		t.add(&amount)
	}
	if t.over {
		return core.Amount{}, fmt.Errorf("sum %d amounts: %w", a.Len(), errOverflow)
	}
	return t.sum, nil
}

func (a Amounts) account(place int) []byte {
	return a.accounts[accountWidth*place : accountWidth*place+accountWidth]
}

// first is the beginning of an account, to compare most of them at once.
func (a Amounts) first(place int) uint64 {
	return binary.BigEndian.Uint64(a.accounts[accountWidth*place:])
}

// words are the two lowest words of an amount.
func (a Amounts) words(place int) (high, low uint64) {
	b := a.low[lowWidth*place : lowWidth*place+lowWidth]
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
}

func (a Amounts) amount(place int) (amount core.Amount) {
	amount[1], amount[0] = a.words(place)
	if len(a.high) > 0 {
		amount[3], amount[2] = a.above(place)
	}
	return amount
}

// above are the two highest words of an amount.
func (a Amounts) above(place int) (high, low uint64) {
	i, found := sort.Find(len(a.high)/highWidth, func(i int) int { return place - a.highPlace(i) })
	if !found {
		return 0, 0
	}
	b := a.high[highWidth*i+4:]
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
}

// highPlace is of which place the i-th entry of high is.
func (a Amounts) highPlace(i int) int { return int(binary.BigEndian.Uint32(a.high[highWidth*i:])) }

// grow makes room for n accounts to append.
func (a *Amounts) grow(n int) {
	a.accounts, a.low = slices.Grow(a.accounts, accountWidth*n), slices.Grow(a.low, lowWidth*n)
}

// append adds an account after all others.
func (a *Amounts) append(b Balance) {
	a.high = appendHigh(a.high, a.Len(), b.Amount)
	a.accounts = append(a.accounts, b.Account[:]...)
	a.low = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(a.low, b.Amount[1]), b.Amount[0])
}

// put writes what is in a place, but for its entry in high.
func (a *Amounts) put(place int, account []byte, amount *core.Amount) {
	copy(a.account(place), account)
	b := a.low[lowWidth*place : lowWidth*place+lowWidth]
	binary.BigEndian.PutUint64(b, amount[1])
	binary.BigEndian.PutUint64(b[8:], amount[0])
}

// appendHigh adds an entry to high if the amount needs one.
func appendHigh(high []byte, place int, amount core.Amount) []byte {
	if amount[3]|amount[2] == 0 {
		return high
	}
	high = binary.BigEndian.AppendUint32(high, uint32(place))
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(high, amount[3]), amount[2])
}

// check refuses columns that came from outside and are not what Amounts are.
func (a Amounts) check() error {
	for i := range a.Len() {
		if amount := a.amount(i); amount.IsZero() {
			return fmt.Errorf("account %s: amount 0", core.Address(a.account(i)))
		}
		if i > 0 && a.compare(i-1, a, i) >= 0 {
			return fmt.Errorf("account %s stands after %s", core.Address(a.account(i)), core.Address(a.account(i-1)))
		}
	}
	last := -1
	for i := range len(a.high) / highWidth {
		place, b := a.highPlace(i), a.high[highWidth*i+4:]
		if place <= last || place >= a.Len() {
			return fmt.Errorf("part above 2^128 of place %d stands after %d, of %d places", place, last, a.Len())
		}
		if binary.BigEndian.Uint64(b)|binary.BigEndian.Uint64(b[8:]) == 0 {
			return fmt.Errorf("part above 2^128 of place %d is 0", place)
		}
		last = place
	}
	return nil
}

// compare is the order of two accounts.
func (a Amounts) compare(i int, b Amounts, j int) int {
	if x, y := a.first(i), b.first(j); x != y {
		if x < y {
			return -1
		}
		return 1
	}
	return bytes.Compare(a.account(i), b.account(j))
}
