package program

import (
	"encoding/binary"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// The canonical bytes of what state is made of. All numbers are little endian; amounts are 16 bytes.

// decoder takes bytes apart; the first failure sticks.
type decoder struct {
	data []byte
	err  error
}

func (d *decoder) take(n int) []byte {
	if d.err == nil && len(d.data) < n {
		d.err = fmt.Errorf("%w: %d bytes wanted, %d left", ErrCorrupt, n, len(d.data))
	}
	if d.err != nil {
		return make([]byte, n)
	}
	taken := d.data[:n:n]
	d.data = d.data[n:]
	return taken
}

func (d *decoder) byte() byte      { return d.take(1)[0] }
func (d *decoder) number() uint64  { return binary.LittleEndian.Uint64(d.take(8)) }
func (d *decoder) short() uint32   { return binary.LittleEndian.Uint32(d.take(4)) }
func (d *decoder) hash() core.Hash { return core.Hash(d.take(32)) }
func (d *decoder) amount() (v core.Amount) {
	raw := d.take(16)
	var big [16]byte
	for i := range raw {
		big[15-i] = raw[i]
	}
	v.SetBytes(big[:])
	return v
}

// count reads how many items of a size follow.
func (d *decoder) count(size int) int {
	n := d.short()
	if d.err == nil && uint64(n)*uint64(size) > uint64(len(d.data)) {
		d.err = fmt.Errorf("%w: %d items of %d bytes in %d", ErrCorrupt, n, size, len(d.data))
		return 0
	}
	return int(n)
}

// end is the error, or that something is left over.
func (d *decoder) end() error {
	if d.err == nil && len(d.data) > 0 {
		d.err = fmt.Errorf("%w: %d bytes too many", ErrCorrupt, len(d.data))
	}
	return d.err
}

func appendAmount(out []byte, v core.Amount) []byte {
	big := v.Bytes32()
	for i := range 16 {
		out = append(out, big[31-i])
	}
	return out
}

// Bytes are the message's as state keeps it.
func (x Dispatch) Bytes() []byte {
	out := append([]byte{byte(x.Kind)}, x.ID[:]...)
	out = append(append(out, x.Source[:]...), x.Program[:]...)
	out = appendAmount(out, x.Value)
	out = append(append(out, x.ReplyTo[:]...), x.Code[:]...)
	out = binary.LittleEndian.AppendUint64(out, x.Gas)
	kept := byte(0)
	if x.Kept {
		kept = 1
	}
	if x.Answered {
		kept |= 2
	}
	out = binary.LittleEndian.AppendUint32(append(out, kept), x.Sent)
	return append(out, x.Payload...)
}

func decodeDispatch(data []byte) (x Dispatch, err error) {
	d := &decoder{data: data}
	x.Kind, x.ID, x.Source, x.Program = Kind(d.byte()), d.hash(), d.hash(), d.hash()
	x.Value, x.ReplyTo = d.amount(), d.hash()
	x.Code = ReplyCode(d.take(4))
	x.Gas = d.number()
	kept := d.byte()
	x.Kept, x.Answered, x.Sent = kept&1 != 0, kept&2 != 0, d.short()
	if d.err == nil && (x.Kind > Reply || kept > 3 || !x.Kept && (x.Answered || x.Sent > 0)) {
		d.err = fmt.Errorf("%w: a message of kind %d", ErrCorrupt, x.Kind)
	}
	x.Payload = d.data
	return x, d.err
}

// Bytes are the program's as state keeps them, without what its pages hold.
func (p *Program) bytes() []byte {
	out := append([]byte{byte(p.Status)}, p.CodeID[:]...)
	out = appendAmount(out, p.Balance)
	out = append(out, p.Init[:]...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(p.memory.Allocated)))
	for _, a := range p.memory.Allocated {
		out = binary.LittleEndian.AppendUint32(out, a[0])
		out = binary.LittleEndian.AppendUint32(out, a[1])
	}
	numbers := sortedKeys(p.pages)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(numbers)))
	for _, n := range numbers {
		name := p.pages[n]
		out = binary.LittleEndian.AppendUint32(out, n)
		out = append(out, name[:]...)
	}
	return out
}

func decodeProgram(data []byte) (*Program, error) {
	d := &decoder{data: data}
	p := &Program{Status: Status(d.byte()), CodeID: d.hash(), pages: map[uint32]core.Hash{}}
	p.Balance, p.Init = d.amount(), d.hash()
	p.memory = &Memory{}
	if d.err == nil && p.Status > Broken {
		return nil, fmt.Errorf("%w: a program of status %d", ErrCorrupt, p.Status)
	}
	next := uint32(0) // the first page that the next range may begin with
	for range d.count(8) {
		a := [2]uint32{d.short(), d.short()}
		if d.err == nil && (a[0] < next || a[1] < a[0] || a[1] >= MaxPages) {
			return nil, fmt.Errorf("%w: pages %d to %d are allocated", ErrCorrupt, a[0], a[1])
		}
		p.memory.Allocated, next = append(p.memory.Allocated, a), a[1]+2
	}
	for range d.count(36) {
		n := d.short()
		if _, twice := p.pages[n]; d.err == nil && (twice || n >= MaxPages*(64<<10/PageSize)) {
			return nil, fmt.Errorf("%w: page %d", ErrCorrupt, n)
		}
		p.pages[n] = d.hash()
	}
	return p, d.end()
}
