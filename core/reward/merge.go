package reward

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"

	"github.com/gear-tech/roster/core"
)

// How work on many accounts is cut into pieces. It does not depend on the machine, and neither does what comes of it.
const (
	pieceSize  = 4096
	mostPieces = 64
)

func piecesOf(n int) int { return min(max(n/pieceSize, 1), mostPieces) }

// piece is from where to where a piece goes.
func piece(n, pieces, i int) (from, to int) {
	return int(uint64(n) * uint64(i) / uint64(pieces)), int(uint64(n) * uint64(i+1) / uint64(pieces))
}

// lap is a piece of two lists: all that both have in one range of accounts.
type lap struct{ a, aEnd, b, bEnd int }

// laps cuts two lists into pieces of the same accounts, where the longer one's pieces end.
func laps(a, b Amounts) []lap {
	if a.Len() < b.Len() {
		list := laps(b, a)
		for i, l := range list {
			list[i] = lap{l.b, l.bEnd, l.a, l.aEnd}
		}
		return list
	}
	list := make([]lap, piecesOf(a.Len()))
	b0 := 0
	for i := range list {
		from, to := piece(a.Len(), len(list), i)
		end := b.Len()
		if i+1 < len(list) {
			end = b0 + sort.Search(b.Len()-b0, func(j int) bool { return b.compare(b0+j, a, to) >= 0 })
		}
		list[i] = lap{from, to, b0, end}
		b0 = end
	}
	return list
}

// plus returns all accounts of both, with the sum of what they have in each.
func (a Amounts) plus(b Amounts, on core.Machine) (Amounts, error) {
	if a.Len() == 0 || b.Len() == 0 { // not changed once made: the other one is the answer
		if a.Len() == 0 {
			return b, nil
		}
		return a, nil
	}
	list := laps(a, b)
	starts := make([]int, len(list)+1)
	on.Run(len(list), func(i int) { starts[i+1] = list[i].union(a, b) })
	for i := range list {
		starts[i+1] += starts[i]
	}
	n := starts[len(list)]
	sum := Amounts{accounts: on.Bytes(accountWidth * n), low: on.Bytes(lowWidth * n)}
	high, faults := make([][]byte, len(list)), make([]error, len(list))
	on.Run(len(list), func(i int) { high[i], faults[i] = list[i].add(&sum, a, b, starts[i]) })
	for _, err := range faults {
		if err != nil {
			return Amounts{}, err
		}
	}
	sum.high = slices.Concat(high...)
	return sum, nil
}

// union is how many accounts a piece has.
func (l lap) union(a, b Amounts) int {
	n := (l.aEnd - l.a) + (l.bEnd - l.b)
	for l.a < l.aEnd && l.b < l.bEnd {
		switch c := a.compare(l.a, b, l.b); {
		case c < 0:
			l.a++
		case c > 0:
			l.b++
		default:
			l.a, l.b, n = l.a+1, l.b+1, n-1
		}
	}
	return n
}

// add writes a piece's sums from a place on, and returns their parts above 2^128.
func (l lap) add(to *Amounts, a, b Amounts, place int) (high []byte, err error) {
	for ; l.a < l.aEnd || l.b < l.bEnd; place++ {
		var c int
		switch {
		case l.a == l.aEnd:
			c = 1
		case l.b == l.bEnd:
			c = -1
		default:
			c = a.compare(l.a, b, l.b)
		}
		from, at := a, l.a
		if c > 0 {
			from, at = b, l.b
		}
		amount := from.amount(at)
		if c == 0 {
			if amount, err = add(amount, b.amount(l.b)); err != nil {
				return nil, fmt.Errorf("account %s: %w", core.Address(a.account(l.a)), err)
			}
		}
		to.put(place, from.account(at), &amount)
		high = appendHigh(high, place, amount)
		if c <= 0 {
			l.a++
		}
		if c >= 0 {
			l.b++
		}
	}
	return high, nil
}

// growth returns Σ later − Σ earlier, after it saw that every earlier leaf is still there and not smaller.
func growth(earlier, later Amounts, on core.Machine) (core.Amount, error) {
	list := laps(earlier, later)
	grown, faults := make([]core.Amount, len(list)), make([]error, len(list))
	on.Run(len(list), func(i int) { grown[i], faults[i] = list[i].growth(earlier, later) })
	var sum core.Amount
	for i := range list {
		err := faults[i]
		if err == nil {
			sum, err = add(sum, grown[i])
		}
		if err != nil {
			return core.Amount{}, err
		}
	}
	return sum, nil
}

func (l lap) growth(earlier, later Amounts) (core.Amount, error) {
	var before, after total
	i := l.a
	for j := l.b; j < l.bEnd; j++ {
		is := later.amount(j)
		after.add(&is)
		if i == l.aEnd {
			continue
		}
		switch c := earlier.compare(i, later, j); {
		case c < 0:
			return core.Amount{}, shrinks(earlier, i, core.Amount{})
		case c == 0:
			was := earlier.amount(i)
			if is.Lt(&was) {
				return core.Amount{}, shrinks(earlier, i, is)
			}
			before.add(&was)
			i++
		}
	}
	if i < l.aEnd {
		return core.Amount{}, shrinks(earlier, i, core.Amount{})
	}
	if after.over { // so is before, or less
		return core.Amount{}, fmt.Errorf("sum the leaves: %w", errOverflow)
	}
	return sub(after.sum, before.sum)
}

func shrinks(earlier Amounts, place int, to core.Amount) error {
	account, was := earlier.At(place)
	return fmt.Errorf("account %s: leaf shrinks from %s to %s", account, was.Dec(), to.Dec())
}

// total is a sum that knows whether it has become too large.
type total struct {
	sum  core.Amount
	over bool
}

func (t *total) add(a *core.Amount) {
	var carry uint64
	t.sum[0], carry = bits.Add64(t.sum[0], a[0], 0)
	t.sum[1], carry = bits.Add64(t.sum[1], a[1], carry)
	t.sum[2], carry = bits.Add64(t.sum[2], a[2], carry)
	t.sum[3], carry = bits.Add64(t.sum[3], a[3], carry)
	t.over = t.over || carry != 0
}
