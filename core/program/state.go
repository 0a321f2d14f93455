package program

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Status is what can be done with a program.
type Status uint8

// The statuses.
const (
	Starting Status = iota // its init has not ended
	Active
	Exited
	Broken // its init failed
)

// String names the status.
func (s Status) String() string { return [...]string{"starting", "active", "exited", "broken"}[s] }

// Program is one, without its memory's contents.
type Program struct {
	Status Status
	CodeID core.Hash
	// Balance is wVARA base units.
	Balance core.Amount
	// Init is the message with which it was created.
	Init core.Hash

	memory  *Memory
	pages   map[uint32]core.Hash // names
	loaded  bool                 // memory has the pages
	changed map[uint32]bool
	size    int // pages in memory when they were counted last
	dirty   bool
}

// Memory returns what is allocated and the pages' names, for who looks from outside.
func (p *Program) Memory() (allocated [][2]uint32, pages map[uint32]core.Hash) {
	return p.memory.Allocated, p.pages
}

// State is a set's, as of the end of a batch. After an error it must not be used any more: open it again.
type State struct {
	objects  Objects
	programs *tree
	codes    *tree // code id → name of its bytes
	waiting  *tree // message id → when, why, and the name of its bytes
	queue    []Dispatch
	due      []timer // of waiting, in order
	// Held is all wVARA that programs and messages on their way have.
	Held core.Amount
	// KeepPages is how many pages of programs stay in memory, those of the one that runs not counted. What a batch does
	// does not depend on it.
	KeepPages int

	known map[core.Hash]*Program
	inUse []*Program // those whose pages are in memory, the least used first
	pages int        // how many these are together
	code  map[core.Hash][]byte
	fresh map[core.Hash][]byte // objects of this batch that were not saved yet
}

// timer is when a waiting or delayed message goes on.
type timer struct {
	block uint64
	id    core.Hash
}

func (t timer) compare(o timer) int {
	if t.block != o.block {
		if t.block < o.block {
			return -1
		}
		return 1
	}
	return bytes.Compare(t.id[:], o.id[:])
}

// queueChunk is how many messages' names one object of the queue holds.
const queueChunk = 1024

const rootVersion = 1

// Open opens the state with a root; the zero root is the state of a new set, with nothing in it.
func Open(objects Objects, root core.Hash) (*State, error) {
	s := &State{objects: objects, KeepPages: mostPages, known: map[core.Hash]*Program{}, code: map[core.Hash][]byte{}, fresh: map[core.Hash][]byte{}}
	if root.IsZero() {
		s.programs, s.codes, s.waiting = openTree(s, root, 0), openTree(s, root, 0), openTree(s, root, 0)
		return s, nil
	}
	data, err := fetch(objects, root)
	if err != nil {
		return nil, err
	}
	r, err := decodeRoot(data)
	if err != nil {
		return nil, fmt.Errorf("read state %s: %w", root, err)
	}
	for i, t := range []**tree{&s.programs, &s.codes, &s.waiting} {
		*t = openTree(s, r.trees[i].root, r.trees[i].count)
	}
	s.Held = r.held
	if err := s.readQueue(r.chunks, r.length); err != nil {
		return nil, fmt.Errorf("read queue of state %s: %w", root, err)
	}
	return s, s.readTimers()
}

func (s *State) readQueue(chunks []core.Hash, length uint64) error {
	for _, name := range chunks {
		data, err := fetch(s.objects, name)
		if err != nil {
			return err
		}
		for d := (&decoder{data: data}); len(d.data) > 0; {
			x, err := s.message(d.hash())
			if err != nil {
				return err
			}
			if d.err != nil {
				return d.err
			}
			s.queue = append(s.queue, x)
		}
	}
	if uint64(len(s.queue)) != length {
		return fmt.Errorf("%w: %d messages, want %d", ErrCorrupt, len(s.queue), length)
	}
	return nil
}

func (s *State) message(name core.Hash) (Dispatch, error) {
	data, err := fetch(s, name)
	if err != nil {
		return Dispatch{}, err
	}
	return decodeDispatch(data)
}

func (s *State) readTimers() error {
	err := s.waiting.each(func(e entry) error {
		if len(e.value) != 8+32 {
			return fmt.Errorf("%w: a waiting message of %d bytes", ErrCorrupt, len(e.value))
		}
		s.due = append(s.due, timer{binary.LittleEndian.Uint64(e.value), e.key})
		return nil
	})
	slices.SortFunc(s.due, timer.compare)
	return err
}

// Object implements Objects: what this batch made, and what was there.
func (s *State) Object(name core.Hash) ([]byte, error) {
	if data, ok := s.fresh[name]; ok {
		return data, nil
	}
	return s.objects.Object(name)
}

func (s *State) put(data []byte) core.Hash {
	name := Sum(data)
	s.fresh[name] = data
	return name
}

// QueueLength is how many messages wait for their turn.
func (s *State) QueueLength() int { return len(s.queue) }

// NextDue is the block at which the first waiting or delayed message goes on, false when there is none.
func (s *State) NextDue() (uint64, bool) {
	if len(s.due) == 0 {
		return 0, false
	}
	return s.due[0].block, true
}

// Program returns a program, nil when there is none with the id.
func (s *State) Program(id core.Hash) (*Program, error) {
	if p := s.known[id]; p != nil {
		return p, nil
	}
	name, err := s.programs.get(id)
	if err != nil || name == nil {
		return nil, err
	}
	data, err := fetch(s, core.Hash(name))
	if err != nil {
		return nil, err
	}
	p, err := decodeProgram(data)
	if err != nil {
		return nil, fmt.Errorf("read program %s: %w", id, err)
	}
	s.known[id] = p
	return p, nil
}

// EachProgram visits all programs by ascending id. It is for who looks from outside, after Batch.
func (s *State) EachProgram(visit func(id core.Hash, p *Program) error) error {
	return s.programs.each(func(e entry) error {
		p, err := s.Program(e.key)
		if err != nil {
			return err
		}
		return visit(e.key, p)
	})
}

// load reads a program's pages.
func (s *State) load(p *Program) error {
	if p.loaded {
		return nil
	}
	if p.memory.Pages == nil {
		p.memory.Pages, p.changed = make(map[uint32]*Page, len(p.pages)), map[uint32]bool{}
	}
	for _, n := range sortedKeys(p.pages) {
		if p.changed[n] { // it is another since, and was kept
			continue
		}
		data, err := fetch(s, p.pages[n])
		if err != nil {
			return err
		}
		if len(data) != PageSize {
			return fmt.Errorf("page %d: %w: %d bytes", n, ErrCorrupt, len(data))
		}
		page := Page(data)
		p.memory.Pages[n] = &page
	}
	p.loaded = true
	s.spare(p)
	return nil
}

// mostPages is how many pages of programs stay in memory unless another number is set: 512 MiB. Pages that changed and were not saved come on top; what
// it costs to change one bounds them.
const mostPages = 512 << 20 / PageSize

// spare counts a program's pages as those that were used last, and forgets those of others if they are too many. They are
// read again when they are needed.
func (s *State) spare(p *Program) {
	s.pages += len(p.memory.Pages) - p.size
	p.size = len(p.memory.Pages)
	if n := len(s.inUse); n == 0 || s.inUse[n-1] != p {
		s.inUse = append(slices.DeleteFunc(s.inUse, func(o *Program) bool { return o == p }), p)
	}
	for s.pages > s.KeepPages && s.inUse[0] != p {
		old := s.inUse[0]
		s.inUse = s.inUse[1:]
		for _, n := range sortedKeys(old.memory.Pages) {
			if !old.changed[n] {
				delete(old.memory.Pages, n)
			}
		}
		s.pages -= old.size - len(old.memory.Pages)
		old.size, old.loaded = len(old.memory.Pages), false
	}
}

// codeOf is the code of a program.
func (s *State) codeOf(id core.Hash) ([]byte, error) {
	if code, ok := s.code[id]; ok {
		return code, nil
	}
	name, err := s.codes.get(id)
	if err != nil {
		return nil, err
	}
	if name == nil {
		return nil, fmt.Errorf("%w: no code %s", ErrCorrupt, id)
	}
	code, err := fetch(s, core.Hash(name))
	if err != nil {
		return nil, err
	}
	if len(s.code) >= keptCodes {
		clear(s.code)
	}
	s.code[id] = code
	return code, nil
}

// keptPrograms is how many programs stay in memory between batches, keptCodes how many codes.
const (
	keptPrograms = 1024
	keptCodes    = 64
)

// Save makes objects of everything that changed, and returns the root and the objects that are new, by name. The state
// goes on from there.
func (s *State) Save() (core.Hash, map[core.Hash][]byte, error) {
	for _, id := range s.sortedKnown() {
		p := s.known[id]
		if !p.dirty {
			continue
		}
		for _, n := range sortedKeys(p.changed) {
			page := p.memory.Pages[n]
			if page == nil {
				delete(p.pages, n)
				continue
			}
			p.pages[n] = s.put(bytes.Clone(page[:]))
		}
		name := s.put(p.bytes())
		if err := s.programs.put(id, name[:]); err != nil {
			return core.Hash{}, nil, err
		}
		p.dirty = false
		clear(p.changed)
	}
	r := root{held: s.Held, length: uint64(len(s.queue))}
	for i, t := range []*tree{s.programs, s.codes, s.waiting} {
		r.trees[i].root, r.trees[i].count = t.save(s.put)
	}
	r.chunks = s.saveQueue()
	name := s.put(r.bytes())
	made := s.fresh
	s.fresh = map[core.Hash][]byte{}
	if len(s.known) > keptPrograms { // any will do: what is needed is read again
		clear(s.known)
		s.inUse, s.pages = nil, 0
	}
	return name, made, nil
}

func (s *State) saveQueue() (chunks []core.Hash) {
	for from := 0; from < len(s.queue); from += queueChunk {
		var chunk []byte
		for _, x := range s.queue[from:min(from+queueChunk, len(s.queue))] {
			name := s.put(x.Bytes())
			chunk = append(chunk, name[:]...)
		}
		chunks = append(chunks, s.put(chunk))
	}
	return chunks
}

func (s *State) sortedKnown() []core.Hash {
	ids := make([]core.Hash, 0, len(s.known))
	for id, p := range s.known {
		if p.dirty {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b core.Hash) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func sortedKeys[V any](m map[uint32]V) []uint32 {
	keys := make([]uint32, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
