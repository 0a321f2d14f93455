package reward

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/gear-tech/roster/core"
)

const (
	// bucketSize is about how many accounts lie in a bucket before it is sorted by itself, bucketBits the most bits by which
	// buckets are told apart.
	bucketSize = 512
	bucketBits = 14
	// mostShares is how many pieces the stakers of all vaults are cut into: each counts by bucket.
	mostShares = 32
	// payAtOnce is how many stakers are paid before they are put where they belong.
	payAtOnce = 1024
)

// columns pays all stakers and brings what they get from the order of vaults into that of accounts: each amount goes into
// the bucket of its account's first bits, the buckets are sorted, and what one account gets from several vaults is summed.
// It needs no memory but the result's. All amounts have at most 128 bits.
func (l *ledger) columns() (Amounts, [][]payment) {
	n := l.starts[len(l.vaults)]
	depth := min(bits.Len(uint(n/bucketSize)), bucketBits)
	buckets, pieces := 1<<depth, min(piecesOf(n), mostShares)
	bucket := func(account []byte) int { return int(binary.BigEndian.Uint16(account)) >> (16 - depth) }

	next := make([]uint32, pieces*buckets) // of each piece and bucket: how many, then where the next one goes
	l.on.Run(pieces, func(i int) {
		count := next[i*buckets : (i+1)*buckets]
		for _, s := range l.stretches(piece(n, pieces, i)) {
			shares := l.vaults[s.vault].Shares
			for j := s.from; j < s.to; j++ {
				count[bucket(shares.account(j))]++
			}
		}
	})
	ends := make([]int, buckets)
	at := uint32(0)
	for b := range buckets {
		for i := range pieces {
			c := &next[i*buckets+b]
			*c, at = at, at+*c
		}
		ends[b] = int(at)
	}
	out := Amounts{accounts: l.on.Bytes(accountWidth * n), low: l.on.Bytes(lowWidth * n)}
	sums := make([][]payment, pieces)
	l.on.Run(pieces, func(i int) {
		count := next[i*buckets : (i+1)*buckets]
		var amounts [payAtOnce][2]uint64
		for _, s := range l.stretches(piece(n, pieces, i)) {
			shares, first := l.vaults[s.vault].Shares, len(sums[i])
			for k := range l.duties[s.vault] {
				sums[i] = append(sums[i], payment{vault: s.vault, duty: k})
			}
			for s.from < s.to {
				some := amounts[:min(s.to-s.from, payAtOnce)]
				l.pay(s, some, sums[i][first:])
				for j, amount := range some {
					account := shares.account(s.from + j)
					c := &count[bucket(account)]
					out.putWords(int(*c), account, amount)
					*c++
				}
				s.from += len(some)
			}
		}
	})
	return out.sorted(ends, l.on), sums
}

func (a *Amounts) putWords(place int, account []byte, amount [2]uint64) {
	copy(a.account(place), account)
	b := a.low[lowWidth*place : lowWidth*place+lowWidth]
	binary.BigEndian.PutUint64(b, amount[0])
	binary.BigEndian.PutUint64(b[8:], amount[1])
}

// sorted sorts within buckets, which end where ends say, sums what stands under one account, drops what has nothing, and
// closes the gaps.
func (a Amounts) sorted(ends []int, on core.Machine) Amounts {
	left := make([]int, len(ends))
	pieces := piecesOf(a.Len())
	start := func(b int) int {
		if b == 0 {
			return 0
		}
		return ends[b-1]
	}
	on.Run(pieces, func(i int) {
		var s sorter
		from, to := piece(len(ends), pieces, i)
		for b := from; b < to; b++ {
			left[b] = s.sort(a, start(b), ends[b])
		}
	})
	n := 0
	for b, kept := range left {
		if from := start(b); n < from {
			copy(a.accounts[accountWidth*n:], a.accounts[accountWidth*from:accountWidth*(from+kept)])
			copy(a.low[lowWidth*n:], a.low[lowWidth*from:lowWidth*(from+kept)])
		}
		n += kept
	}
	a.accounts, a.low = a.accounts[:accountWidth*n], a.low[:lowWidth*n]
	if 4*n < 3*(cap(a.low)/lowWidth) { // what is kept for long must not hold the places of many vaults
		a.accounts, a.low = slices.Clone(a.accounts), slices.Clone(a.low)
	}
	return a
}

// sorter is what sorting a bucket needs, used again for the next.
type sorter struct {
	keys          []key
	accounts, low []byte
}

// key is the beginning of an account, and where in the bucket it stands.
type key struct {
	first uint64
	place uint32
}

// sort sorts from..to-1 and returns how many are left of them, which then stand first.
func (s *sorter) sort(a Amounts, from, to int) (left int) {
	s.keys = s.keys[:0]
	for i := from; i < to; i++ {
		s.keys = append(s.keys, key{a.first(i), uint32(i - from)})
	}
	s.accounts = append(s.accounts[:0], a.accounts[accountWidth*from:accountWidth*to]...)
	s.low = append(s.low[:0], a.low[lowWidth*from:lowWidth*to]...)
	was := Amounts{accounts: s.accounts, low: s.low}
	slices.SortFunc(s.keys, func(x, y key) int {
		if x.first != y.first {
			return cmp.Compare(x.first, y.first)
		}
		return bytes.Compare(was.account(int(x.place)), was.account(int(y.place)))
	})
	for _, k := range s.keys {
		high, low := was.words(int(k.place))
		if high|low == 0 {
			continue
		}
		account, amount := was.account(int(k.place)), [2]uint64{high, low}
		if last := from + left - 1; left > 0 && bytes.Equal(a.account(last), account) {
			high, low = a.words(last)
			amount, left = plus(amount, high, low), left-1
		}
		a.putWords(from+left, account, amount)
		left++
	}
	return left
}
