package program

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Objects are what state is made of, by name.
type Objects interface {
	// Object returns the bytes whose blake2b-256 is the name. That it is, is checked here.
	Object(name core.Hash) ([]byte, error)
}

// ErrCorrupt is an object that is not what its name or its place says.
var ErrCorrupt = errors.New("corrupt object")

func fetch(objects Objects, name core.Hash) ([]byte, error) {
	data, err := objects.Object(name)
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", name, err)
	}
	if Sum(data) != name {
		return nil, fmt.Errorf("read object %s: %w: its bytes are of %s", name, ErrCorrupt, Sum(data))
	}
	return data, nil
}

// fanout is how many entries a leaf of a tree holds at most.
const fanout = 32

// tree is a map from hashes to short values with a root: a trie of sixteen branches a level, with leaves of up to fanout
// entries. Its shape follows from what is in it, not from how that came there. Nodes are read when they are needed.
type tree struct {
	objects Objects
	root    *node
}

// node is a part of a tree: not read yet, a leaf, or a branch.
type node struct {
	name  core.Hash
	count uint64    // entries below
	above core.Hash // with what the keys of all entries below begin: as many nibbles as the node is deep
	clean bool      // name is right
	read  bool
	leaf  []entry // ascending; of a leaf
	below *[16]*node
}

type entry struct {
	key   core.Hash
	value []byte
}

func openTree(objects Objects, root core.Hash, count uint64) *tree {
	if count == 0 {
		return &tree{objects, nil}
	}
	return &tree{objects, &node{name: root, count: count, clean: true}}
}

func nibble(key core.Hash, depth int) byte { return key[depth/2] >> (4 * (1 - depth%2)) & 15 }

// load reads a node's object.
func (t *tree) load(n *node, depth int) error {
	if n.read {
		return nil
	}
	data, err := fetch(t.objects, n.name)
	if err != nil {
		return err
	}
	if err := n.decode(data, depth); err != nil {
		return fmt.Errorf("read object %s: %w: %w", n.name, ErrCorrupt, err)
	}
	n.read = true
	return nil
}

func (n *node) decode(data []byte, depth int) error {
	if len(data) < 1 {
		return errors.New("nothing in it")
	}
	kind, rest := data[0], data[1:]
	total := uint64(0)
	switch {
	case kind == 0:
		for len(rest) > 0 {
			if len(rest) < 36 || uint64(len(rest)-36) < uint64(binary.LittleEndian.Uint32(rest[32:])) {
				return errors.New("a leaf that is cut off")
			}
			length := binary.LittleEndian.Uint32(rest[32:])
			e := entry{core.Hash(rest[:32]), rest[36 : 36+length : 36+length]}
			if !under(e.key, n.above, depth) {
				return errors.New("an entry in a place that is not its own")
			}
			if len(n.leaf) > 0 && bytes.Compare(n.leaf[len(n.leaf)-1].key[:], e.key[:]) >= 0 {
				return errors.New("a leaf out of order")
			}
			n.leaf, rest = append(n.leaf, e), rest[36+length:]
		}
		if total = uint64(len(n.leaf)); total > fanout {
			return errors.New("a leaf that is too long")
		}
	case kind == 1 && len(rest) == 16*40 && depth < 64:
		n.below = new([16]*node)
		for i := range n.below {
			one := rest[40*i:]
			if count := binary.LittleEndian.Uint64(one); count > 0 {
				n.below[i] = &node{name: core.Hash(one[8:40]), count: count, clean: true, above: n.beneath(i, depth)}
				if total += count; total < count {
					return errors.New("more entries than can be counted")
				}
			}
		}
		if total <= fanout {
			return errors.New("a branch that is too short")
		}
	default:
		return errors.New("neither a leaf nor a branch")
	}
	if total != n.count {
		return fmt.Errorf("%d entries, want %d", total, n.count)
	}
	return nil
}

// under reports whether a key begins with so many nibbles of another.
func under(key, above core.Hash, depth int) bool {
	for i := range depth {
		if nibble(key, i) != nibble(above, i) {
			return false
		}
	}
	return true
}

// begin is so many nibbles of a key, and zeros.
func begin(key core.Hash, depth int) (above core.Hash) {
	copy(above[:], key[:depth/2])
	if depth%2 == 1 {
		above[depth/2] = key[depth/2] & 0xf0
	}
	return above
}

// beneath is above of a child.
func (n *node) beneath(i, depth int) core.Hash {
	above := n.above
	above[depth/2] |= byte(i) << (4 * (1 - depth%2))
	return above
}

// get returns a value, nil when there is none.
func (t *tree) get(key core.Hash) ([]byte, error) {
	n := t.root
	for depth := 0; n != nil; depth++ {
		if err := t.load(n, depth); err != nil {
			return nil, err
		}
		if n.below != nil {
			n = n.below[nibble(key, depth)]
			continue
		}
		if i, found := n.find(key); found {
			return n.leaf[i].value, nil
		}
		return nil, nil
	}
	return nil, nil
}

func (n *node) find(key core.Hash) (int, bool) {
	return slices.BinarySearchFunc(n.leaf, key, func(e entry, k core.Hash) int { return bytes.Compare(e.key[:], k[:]) })
}

// put sets a value, nil to delete it.
func (t *tree) put(key core.Hash, value []byte) error {
	root, err := t.change(t.root, 0, key, value)
	if err == nil {
		t.root = root
	}
	return err
}

func (t *tree) change(n *node, depth int, key core.Hash, value []byte) (*node, error) {
	if n == nil {
		if value == nil {
			return nil, nil
		}
		return &node{count: 1, read: true, above: begin(key, depth), leaf: []entry{{key, value}}}, nil
	}
	if err := t.load(n, depth); err != nil {
		return nil, err
	}
	if n.below != nil {
		i := nibble(key, depth)
		old := uint64(0)
		if n.below[i] != nil {
			old = n.below[i].count
		}
		child, err := t.change(n.below[i], depth+1, key, value)
		if err != nil {
			return nil, err
		}
		n.below[i], n.clean = child, false
		n.count -= old
		if child != nil {
			n.count += child.count
		}
		if n.count <= fanout {
			return t.gather(n, depth)
		}
		return n, nil
	}
	i, found := n.find(key)
	if value == nil && !found {
		return n, nil
	}
	n.clean = false
	switch {
	case value == nil:
		n.leaf = slices.Delete(n.leaf, i, i+1)
	case found:
		n.leaf[i].value = value
	default:
		n.leaf = slices.Insert(n.leaf, i, entry{key, value})
	}
	n.count = uint64(len(n.leaf))
	if n.count == 0 {
		return nil, nil
	}
	if n.count > fanout {
		n.split(depth)
	}
	return n, nil
}

// split makes a branch of a leaf that has grown too long.
func (n *node) split(depth int) {
	n.below = new([16]*node)
	for _, e := range n.leaf {
		i := nibble(e.key, depth)
		if n.below[i] == nil {
			n.below[i] = &node{read: true, above: n.beneath(int(i), depth)}
		}
		n.below[i].leaf = append(n.below[i].leaf, e)
		n.below[i].count++
	}
	n.leaf = nil
	for _, child := range n.below {
		if child != nil && child.count > fanout {
			child.split(depth + 1)
		}
	}
}

// gather makes a leaf of a branch that has grown too short.
func (t *tree) gather(n *node, depth int) (*node, error) {
	leaf := &node{read: true, above: n.above}
	err := t.walk(n, depth, func(e entry) error { leaf.leaf = append(leaf.leaf, e); return nil })
	leaf.count = uint64(len(leaf.leaf))
	if leaf.count == 0 {
		return nil, err
	}
	return leaf, err
}

// each visits every entry in ascending order.
func (t *tree) each(visit func(entry) error) error { return t.walk(t.root, 0, visit) }

func (t *tree) walk(n *node, depth int, visit func(entry) error) error {
	if n == nil {
		return nil
	}
	if err := t.load(n, depth); err != nil {
		return err
	}
	for _, e := range n.leaf {
		if err := visit(e); err != nil {
			return err
		}
	}
	if n.below != nil {
		for _, child := range n.below {
			if err := t.walk(child, depth+1, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// save hands over the objects of every node that changed, and returns the root's name and how many entries there are.
func (t *tree) save(put func([]byte) core.Hash) (core.Hash, uint64) {
	if t.root == nil {
		return core.Hash{}, 0
	}
	return t.root.save(put), t.root.count
}

func (n *node) save(put func([]byte) core.Hash) core.Hash {
	if n.clean {
		return n.name
	}
	var data []byte
	if n.below == nil {
		data = append(data, 0)
		for _, e := range n.leaf {
			data = append(data, e.key[:]...)
			data = binary.LittleEndian.AppendUint32(data, uint32(len(e.value)))
			data = append(data, e.value...)
		}
	} else {
		data = append(data, 1)
		for _, child := range n.below {
			var one [40]byte
			if child != nil {
				name := child.save(put)
				binary.LittleEndian.PutUint64(one[:], child.count)
				copy(one[8:], name[:])
			}
			data = append(data, one[:]...)
		}
	}
	n.name, n.clean = put(data), true
	return n.name
}
