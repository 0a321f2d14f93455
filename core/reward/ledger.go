package reward

import (
	"fmt"
	"math/bits"
	"slices"
	"sort"

	"github.com/gear-tech/roster/core"
)

// ledger gathers, for each vault, the parts of all Executors behind which it stands, and then splits them among its
// stakers.
type ledger struct {
	on     core.Machine
	vaults []Vault  // ascending by vault
	duties [][]duty // of each vault, in the order in which they came
	// starts are where each vault's stakers begin when those of all vaults are counted through; the last is how many there
	// are.
	starts []int
}

// duty is one Executor's part for one vault.
type duty struct {
	executor, place int // where the VaultPart stands, before anything is sorted
	part            core.Amount
	paid            core.Amount // of it, what the stakers get
}

func openLedger(vaults []Vault, on core.Machine) (*ledger, error) {
	l := &ledger{on: on, vaults: slices.Clone(vaults), duties: make([][]duty, len(vaults)), starts: make([]int, len(vaults)+1)}
	slices.SortFunc(l.vaults, func(a, b Vault) int { return compare(a.Vault, b.Vault) })
	faults := make([]error, len(vaults))
	on.Run(len(vaults), func(i int) { faults[i] = l.vaults[i].check() })
	for i, v := range l.vaults {
		if faults[i] != nil {
			return nil, faults[i]
		}
		if i > 0 && l.vaults[i-1].Vault == v.Vault {
			return nil, fmt.Errorf("vault %s: its shares are listed twice", v.Vault)
		}
		l.starts[i+1] = l.starts[i] + v.Shares.Len()
	}
	return l, nil
}

// owe notes one Executor's vault part, to be split among the vault's stakers. A vault without shares pays nobody. A vault
// that is not in the ledger is an error: its stakers would go unpaid because we did not read them.
func (l *ledger) owe(executor, place int, c Contribution, part core.Amount) (VaultPart, error) {
	i, found := slices.BinarySearchFunc(l.vaults, c.Vault, func(v Vault, a core.Address) int { return compare(v.Vault, a) })
	if !found {
		return VaultPart{}, fmt.Errorf("contributes %s, its shares are not among the facts", c.Amount.Dec())
	}
	v := l.vaults[i]
	out := VaultPart{
		Vault: c.Vault, Reason: VaultPaid, Contribution: c.Amount, Part: part, TotalShares: v.TotalShares, Shares: v.Shares,
	}
	if v.TotalShares.IsZero() {
		out.Reason = VaultShareless
		return out, nil
	}
	l.duties[i] = append(l.duties[i], duty{executor: executor, place: place, part: part})
	return out, nil
}

// settle pays every staker ⌊part·shares/totalShares⌋ of every part, fills in what the parts have paid, and returns what each
// staker gets over all vaults. The operators are in the order in which they owed. Nothing sums to more than the pool.
func (l *ledger) settle(operators []OperatorPart, pool core.Amount) (paid Amounts, err error) {
	var sums [][]payment
	if pool.BitLen() <= 128 {
		paid, sums = l.columns()
	} else {
		paid, sums, err = l.wide()
	}
	if err != nil {
		return Amounts{}, err
	}
	for _, list := range sums {
		for _, s := range list {
			d := &l.duties[s.vault][s.duty]
			if d.paid, err = add(d.paid, s.paid); err != nil {
				return Amounts{}, fmt.Errorf("vault %s: sum what it pays: %w", l.vaults[s.vault].Vault, err)
			}
		}
	}
	for i := range l.duties {
		for _, d := range l.duties[i] {
			operators[d.executor].Vaults[d.place].Paid = d.paid
		}
	}
	return paid, nil
}

// payment is what some stakers of a vault get of one duty.
type payment struct {
	vault, duty int
	paid        core.Amount
}

// stretch is stakers of one vault, and that of them all the first.
type stretch struct{ vault, from, to, start int }

// stretches are the stakers from..to-1 of all vaults, counted through.
func (l *ledger) stretches(from, to int) (list []stretch) {
	for i := sort.SearchInts(l.starts, from+1) - 1; from < to; i++ {
		if end := min(l.starts[i+1], to); end > from {
			list = append(list, stretch{i, from - l.starts[i], end - l.starts[i], from})
			from = end
		}
	}
	return list
}

// pay writes what the first stakers of a stretch get, none of it above 128 bits, into amounts, two words each, the higher
// first, and adds it to the sums, one for each duty of the vault.
func (l *ledger) pay(s stretch, amounts [][2]uint64, sums []payment) {
	shares, total := l.vaults[s.vault].Shares, l.vaults[s.vault].TotalShares
	clear(amounts)
	for k, d := range l.duties[s.vault] {
		if d.part.IsZero() {
			continue
		}
		words := d.part.IsUint64() && total.IsUint64() && len(shares.high) == 0
		paid := [2]uint64{sums[k].paid[1], sums[k].paid[0]}
		for j := range amounts {
			var q core.Amount
			if high, low := shares.words(s.from + j); words && high == 0 { // most are: exact, too, in two words
				// The staker has at most all shares: so high is below the total, and the quotient one word.
				hi, lo := bits.Mul64(d.part[0], low)
				q[0], _ = bits.Div64(hi, lo, total[0])
			} else {
				q, _ = mulDiv(d.part, shares.amount(s.from+j), total) // at most the part: it fits
			}
			paid = plus(paid, q[1], q[0])
			amounts[j] = plus(amounts[j], q[1], q[0])
		}
		sums[k].paid = core.Amount{paid[1], paid[0]}
	}
}

// plus adds to a number of two words; nothing overflows that is at most a pool of 128 bits.
func plus(a [2]uint64, high, low uint64) [2]uint64 {
	low, carry := bits.Add64(a[1], low, 0)
	high, _ = bits.Add64(a[0], high, carry)
	return [2]uint64{high, low}
}

// wide is settle where an amount can have more than 128 bits: no honest pool is so large.
func (l *ledger) wide() (Amounts, [][]payment, error) {
	var all []Balance
	var sums []payment
	for i, v := range l.vaults {
		for k, d := range l.duties[i] {
			s := payment{vault: i, duty: k}
			for b := range v.Shares.All() {
				amount, err := mulDiv(d.part, b.Amount, v.TotalShares)
				if err == nil {
					s.paid, err = add(s.paid, amount)
				}
				if err != nil {
					return Amounts{}, nil, fmt.Errorf("vault %s: pay staker %s: %w", v.Vault, b.Account, err)
				}
				all = append(all, Balance{b.Account, amount})
			}
			sums = append(sums, s)
		}
	}
	slices.SortFunc(all, func(a, b Balance) int { return compare(a.Account, b.Account) })
	out := all[:0]
	for _, b := range all {
		if n := len(out); n == 0 || out[n-1].Account != b.Account {
			out = append(out, b)
			continue
		}
		last := &out[len(out)-1]
		sum, err := add(last.Amount, b.Amount)
		if err != nil {
			return Amounts{}, nil, fmt.Errorf("sum staker %s: %w", b.Account, err)
		}
		last.Amount = sum
	}
	paid, err := NewAmounts(out)
	return paid, [][]payment{sums}, err
}
