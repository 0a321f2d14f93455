package program

import (
	"encoding/binary"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Part is one object of a state with its place there. Whoever has no state goes from the root to what each part needs.
type Part struct {
	// Name is the object's.
	Name core.Hash

	kind  partKind
	depth int       // of a node
	count uint64    // of entries below a node
	above core.Hash // with what their keys begin
}

type partKind uint8

const (
	rootPart partKind = iota
	programsPart
	codesPart
	waitingPart
	programPart
	queuePart
	pagePart
	lastPart // needs nothing: a code, a message
)

// Root is the part with which a state begins.
func Root(root core.Hash) Part { return Part{Name: root} }

// Needs returns the parts that an object points to, in the order in which it does. The data must be the object's. The error
// is ErrCorrupt when the data is not what belongs in its place.
func (p Part) Needs(data []byte) ([]Part, error) {
	if Sum(data) != p.Name {
		return nil, fmt.Errorf("object %s: %w: its bytes are of %s", p.Name, ErrCorrupt, Sum(data))
	}
	list, err := p.needs(data)
	if err != nil {
		return nil, fmt.Errorf("object %s: %w", p.Name, err)
	}
	return list, nil
}

func (p Part) needs(data []byte) (list []Part, err error) {
	switch p.kind {
	case rootPart:
		r, err := decodeRoot(data)
		if err != nil {
			return nil, err
		}
		for i, t := range r.trees {
			if t.count > 0 {
				list = append(list, Part{Name: t.root, kind: programsPart + partKind(i), count: t.count})
			}
		}
		for _, name := range r.chunks {
			list = append(list, Part{Name: name, kind: queuePart})
		}
	case programsPart, codesPart, waitingPart:
		return p.below(data)
	case programPart:
		one, err := decodeProgram(data)
		if err != nil {
			return nil, err
		}
		for _, n := range sortedKeys(one.pages) {
			list = append(list, Part{Name: one.pages[n], kind: pagePart})
		}
	case pagePart:
		if len(data) != PageSize {
			return nil, fmt.Errorf("%w: a page of %d bytes", ErrCorrupt, len(data))
		}
	case queuePart:
		d := &decoder{data: data}
		for len(d.data) > 0 && d.err == nil {
			list = append(list, Part{Name: d.hash(), kind: lastPart})
		}
		return list, d.err
	}
	return list, nil
}

// below are the parts that a tree's node points to.
func (p Part) below(data []byte) (list []Part, err error) {
	n := &node{name: p.Name, count: p.count, above: p.above}
	if err := n.decode(data, p.depth); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if n.below != nil {
		for _, child := range n.below {
			if child != nil {
				list = append(list, Part{Name: child.name, kind: p.kind, depth: p.depth + 1, count: child.count, above: child.above})
			}
		}
		return list, nil
	}
	length, kind := 32, lastPart
	switch p.kind {
	case programsPart:
		kind = programPart
	case waitingPart:
		length = 8 + 32
	}
	for _, e := range n.leaf {
		if len(e.value) != length {
			return nil, fmt.Errorf("%w: a value of %d bytes, want %d", ErrCorrupt, len(e.value), length)
		}
		list = append(list, Part{Name: core.Hash(e.value[length-32:]), kind: kind})
	}
	return list, nil
}

// root is the object with which a state begins.
type root struct {
	trees [3]struct { // programs, codes, waiting
		root  core.Hash
		count uint64
	}
	held   core.Amount
	length uint64 // of the queue
	chunks []core.Hash
}

func decodeRoot(data []byte) (r root, err error) {
	d := &decoder{data: data}
	if v := d.short(); d.err == nil && v != rootVersion {
		return r, fmt.Errorf("it is of version %d, this is version %d", v, rootVersion)
	}
	for i := range r.trees {
		r.trees[i].root, r.trees[i].count = d.hash(), d.number()
	}
	r.held, r.length = d.amount(), d.number()
	for range d.count(32) {
		r.chunks = append(r.chunks, d.hash())
	}
	return r, d.end()
}

// bytes are the root's as they are kept.
func (r root) bytes() []byte {
	out := binary.LittleEndian.AppendUint32(nil, rootVersion)
	for _, t := range r.trees {
		out = binary.LittleEndian.AppendUint64(append(out, t.root[:]...), t.count)
	}
	out = appendAmount(out, r.held)
	out = binary.LittleEndian.AppendUint64(out, r.length)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(r.chunks)))
	for _, name := range r.chunks {
		out = append(out, name[:]...)
	}
	return out
}
