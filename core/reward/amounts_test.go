package reward

import (
	"math/big"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
)

// some is an account of few bits in front, so that some begin alike, and an amount of any width.
func some(r *rand.Rand, accounts int) Balance {
	n := r.Intn(accounts)
	h := core.Keccak([]byte{byte(n >> 16), byte(n >> 8), byte(n)})
	b := Balance{Account: core.Address(h[:20])}
	if n%5 == 0 {
		copy(b.Account[:12], "alike, alike")
	}
	b.Amount = below(r, uint(1+r.Intn(230)))
	return b
}

// someAmounts are about n accounts of so many.
func someAmounts(r *rand.Rand, n, accounts int) (Amounts, map[core.Address]*big.Int) {
	of := map[core.Address]*big.Int{}
	var list []Balance
	for range n {
		b := some(r, accounts)
		if of[b.Account] == nil && !b.Amount.IsZero() {
			of[b.Account] = b.Amount.ToBig()
			list = append(list, b)
		}
	}
	return held(list), of
}

// What goes in comes out, in order; nothing of it is lost at 2^128.
func TestAmounts(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, n := range []int{0, 1, 2, 100, 20_000} {
		a, of := someAmounts(r, n, 30_000)
		if err := a.check(); err != nil || a.Len() != len(of) {
			t.Fatalf("%d of %d accounts: %v", a.Len(), len(of), err)
		}
		sum := new(big.Int)
		for i := range a.Len() {
			account, amount := a.At(i)
			if want := of[account]; want == nil || amount.ToBig().Cmp(want) != 0 {
				t.Fatalf("account %s: %s, want %s", account, amount.Dec(), want)
			}
			if got := a.Of(account); got != amount {
				t.Fatalf("account %s: found %s, stands %s", account, got.Dec(), amount.Dec())
			}
			sum.Add(sum, amount.ToBig())
		}
		if got, err := a.Sum(); err != nil || got.ToBig().Cmp(sum) != 0 {
			t.Errorf("sum %s (%v), want %s", got.Dec(), err, sum)
		}
		if got := a.Of(who(7)); !got.IsZero() {
			t.Errorf("a stranger has %s", got.Dec())
		}
	}
	if _, err := NewAmounts([]Balance{leaf(2, 1), leaf(1, 1), leaf(2, 3)}); err == nil || !strings.Contains(err.Error(), "account "+who(2).String()+": listed twice") {
		t.Errorf("an account twice: %v", err)
	}
	if a := held([]Balance{leaf(2, 0), leaf(1, 1)}); a.Len() != 1 {
		t.Errorf("%d accounts: one has nothing", a.Len())
	}
	most := core.Amount{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	if _, err := held([]Balance{{who(1), most}, leaf(2, 1)}).Sum(); err == nil {
		t.Error("a sum beyond 256 bits")
	}
}

// The sum of two lists is that of a map, in any number of pieces, and grows by what was added.
func TestPlusAndGrowth(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, n := range [][2]int{{0, 0}, {0, 5}, {5, 0}, {1, 1}, {50, 60}, {30_000, 100}, {100, 30_000}, {20_000, 20_000}} {
		a, of := someAmounts(r, n[0], 40_000)
		b, more := someAmounts(r, n[1], 40_000)
		for account, amount := range more {
			if of[account] == nil {
				of[account] = new(big.Int)
			}
			of[account] = new(big.Int).Add(of[account], amount)
		}
		for _, on := range []core.Machine{{}, {AtOnce: backwards}} {
			sum, err := a.plus(b, on)
			if err != nil || sum.check() != nil || sum.Len() != len(of) {
				t.Fatalf("%v: %d accounts, want %d (%v, %v)", n, sum.Len(), len(of), err, sum.check())
			}
			for x := range sum.All() {
				if x.Amount.ToBig().Cmp(of[x.Account]) != 0 {
					t.Fatalf("%v: %s has %s, want %s", n, x.Account, x.Amount.Dec(), of[x.Account])
				}
			}
			if at, differs := sum.FirstDifference(sum); differs || sum.Len() != at {
				t.Fatalf("%v: differs from itself in %d of %d", n, at, sum.Len())
			}
			grown, err := growth(a, sum, on)
			want, _ := b.Sum()
			if err != nil || grown != want {
				t.Fatalf("%v: grown by %s (%v), want %s", n, grown.Dec(), err, want.Dec())
			}
			for _, place := range []int{0, a.Len() / 2, a.Len() - 1} {
				if a.Len() == 0 {
					continue
				}
				account, amount := a.At(place)
				without := slices.DeleteFunc(listed(sum), func(x Balance) bool { return x.Account == account })
				if _, err := growth(a, held(without), on); err == nil || !strings.Contains(err.Error(), "account "+account.String()+": leaf shrinks") {
					t.Fatalf("%v: without place %d: %v", n, place, err)
				}
				at, _ := sum.Find(account)
				if got, differs := sum.FirstDifference(held(without)); !differs || got != at {
					t.Fatalf("%v: without place %d: differs in %d (%v)", n, at, got, differs)
				}
				less := Balance{account, *amount.SubUint64(&amount, 1)}
				if got, differs := sum.FirstDifference(held(append(without, less))); !differs || got != at {
					t.Fatalf("%v: less in place %d: differs in %d (%v)", n, at, got, differs)
				}
				if _, err := growth(a, held(append(without, less)), on); err == nil || !strings.Contains(err.Error(), "account "+account.String()+": leaf shrinks") {
					t.Fatalf("%v: less in place %d: %v", n, place, err)
				}
			}
		}
	}
}

// What stakers get is the same whichever way it is computed, in columns or with 256 bits, in any number of pieces, with
// stakers in several vaults and vaults behind several Executors.
func TestColumnsAndWide(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for _, s := range []struct{ vaults, stakers, duties int }{{1, 1, 1}, {3, 0, 2}, {5, 40, 3}, {40, 900, 2}, {2, 20_000, 1}} {
		var vaults []Vault
		for v := range s.vaults {
			shares, _ := someAmounts(r, s.stakers, 30_000)
			total, err := shares.Sum()
			if err != nil {
				t.Fatal(err)
			}
			vaults = append(vaults, Vault{Vault: who(v), TotalShares: total, Shares: shares})
		}
		open := func(on core.Machine) *ledger {
			l, err := openLedger(vaults, on)
			if err != nil {
				t.Fatal(err)
			}
			parts := rand.New(rand.NewSource(4))
			for i := range l.vaults {
				for k := range s.duties {
					l.duties[i] = append(l.duties[i], duty{executor: k, part: below(parts, uint(1+parts.Intn(100)))})
				}
				if l.vaults[i].TotalShares.IsZero() {
					l.duties[i] = nil
				}
			}
			return l
		}
		want, sums, err := open(core.Machine{}).wide()
		if err != nil {
			t.Fatal(err)
		}
		paid := func(lists [][]payment) map[[2]int]core.Amount {
			of := map[[2]int]core.Amount{}
			for _, list := range lists {
				for _, p := range list {
					a := of[[2]int{p.vault, p.duty}]
					if a.Add(&a, &p.paid); !a.IsZero() {
						of[[2]int{p.vault, p.duty}] = a
					}
				}
			}
			return of
		}
		for _, on := range []core.Machine{{}, {AtOnce: backwards}} {
			got, parts := open(on).columns()
			if err := got.check(); err != nil || !slices.Equal(listed(got), listed(want)) {
				t.Fatalf("%+v: %d stakers, want %d (%v)", s, got.Len(), want.Len(), err)
			}
			if !reflect.DeepEqual(paid(parts), paid(sums)) {
				t.Fatalf("%+v: parts have paid %v, want %v", s, paid(parts), paid(sums))
			}
		}
	}
}
