package api

import (
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/gear-tech/roster/core"
)

// ascending reads the cursor of a list that is counted from its beginning.
func ascending(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(cursor, 10, 31)
	if err != nil {
		return 0, badRequest("cursor %q: want the next of a page", cursor)
	}
	return int(n), nil
}

// descending reads the cursor of a list that grows at its front: an item's number.
func descending(cursor string, newest uint64) (uint64, error) {
	if cursor == "" {
		return newest, nil
	}
	n, err := strconv.ParseUint(cursor, 10, 62)
	if err != nil {
		return 0, badRequest("cursor %q: want the next of a page", cursor)
	}
	return min(n, newest), nil
}

// afterAddress reads the cursor of a list by address: the last one of the page before.
func afterAddress(cursor string) (a core.Address, err error) {
	if cursor == "" {
		return a, nil
	}
	raw, err := hex.DecodeString(cursor)
	if err != nil || len(raw) != len(a) {
		return a, badRequest("cursor %q: want the next of a page", cursor)
	}
	return core.Address(raw), nil
}

// pageOf is what of an ascending list follows on a cursor, and the next cursor.
func pageOf(list []core.Address, cursor string, limit int) (page []core.Address, next string, err error) {
	after, err := afterAddress(cursor)
	if err != nil {
		return nil, "", err
	}
	from := 0
	if cursor != "" {
		at, found := slices.BinarySearchFunc(list, after, compare)
		if from = at; found {
			from++
		}
	}
	to := min(len(list), from+limit)
	if to < len(list) {
		last := list[to-1]
		next = hex.EncodeToString(last[:])
	}
	return list[from:to], next, nil
}

// descend is a page of what a set has for each era, the newest first. look adds an era's, or does not, and says which; it is told
// of the first era, too. The cursor is the era to go on with.
func (m *moment) descend(ctx context.Context, set core.SetID, p Paged, look func(e, first core.Era) (bool, error)) (next string, err error) {
	first, err := m.firstEra(ctx, set)
	if err != nil {
		return "", err
	}
	from, err := descending(p.Cursor, uint64(m.next()))
	if err != nil {
		return "", err
	}
	for e, found := core.Era(from), 0; e >= first; e-- {
		if found == p.Limit {
			return strconv.FormatUint(uint64(e), 10), nil
		}
		there, err := look(e, first)
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return "", err
		}
		if there {
			found++
		}
		if e == 0 {
			break
		}
	}
	return "", nil
}

// newestOf is a page of a list that grows at its end, the newest first. The cursor is how many are left.
func newestOf[T any](list []T, p Paged) (page []T, next string, err error) {
	left, err := descending(p.Cursor, uint64(len(list)))
	if err != nil {
		return nil, "", err
	}
	from := max(0, int(left)-p.Limit)
	page = slices.Clone(list[from:left])
	slices.Reverse(page)
	if from > 0 {
		next = strconv.Itoa(from)
	}
	return page, next, nil
}
