package wasm

import (
	"encoding/binary"
	"errors"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// The costs of what the host does, in gas; 1000 are about a nanosecond.
const (
	// CostMessage is for running a message at all, and CostLoadedPage for each program.PageSize of memory that the program
	// holds.
	CostMessage, CostLoadedPage = program.CostMessage, program.CostLoadedPage
	// CostChangedPage is for each page that differs afterwards: it is hashed and stored.
	CostChangedPage = 50_000_000
	costSyscall     = 500_000
	costByte        = 1_000
	costOutgoing    = 20_000_000
	costAllocated   = 10_000_000 // a WebAssembly page
)

// The error codes that calls hand back (gear-tech/gear, ExtError).
const (
	errNone          = 0
	errValue         = 101
	errReadOverflow  = 103
	errReadRange     = 104
	errNoReply       = 105
	errWrongEntry    = 108
	errSize          = 300
	errCount         = 301
	errReplied       = 302
	errWoken         = 303
	errLate          = 304
	errHandle        = 305
	errBytes         = 311
	errInputOverflow = 312
	errInputRange    = 313
)

// errStopped unwinds an engine; what stopped it stands in the host.
var errStopped = errors.New("stopped by the host")

const maxParams = 5

// host serves the calls of one run.
type host struct {
	instance
	code      *Code
	x         program.Execution
	out       program.Outcome
	stopped   bool
	broke     bool // the gas did not last for what the host did
	allocated [MaxPages]bool
	changed   bool // the allocation
	available core.Amount
	nonce     uint32
	bytes     int
	drafts    []draft
	draft     []byte // of the reply
}

// draft is a message that is put together.
type draft struct {
	payload []byte
	sent    bool
}

// stop ends the run.
func (h *host) stop(ending program.Ending, code program.ReplyCode) {
	h.out.Ending, h.out.Code, h.stopped = ending, code, true
}

// charge takes gas; there may be too little, and then the run is over.
func (h *host) charge(gas uint64) bool {
	left := h.gas() - int64(gas)
	h.setGas(left)
	if left < 0 {
		h.broke, h.stopped = true, true
		return false
	}
	return true
}

// serve does a call. False: the program is to be stopped.
func (h *host) serve(c call, arguments [maxParams]uint32) (uint32, bool) {
	if h.stopped || !h.charge(costSyscall) {
		return 0, false
	}
	result := c.do(h, arguments)
	return result, !h.stopped
}

// span is a piece of the program's memory; a piece outside of it stops the program, and nil comes back.
func (h *host) span(at, length uint32) []byte {
	memory := h.memory()
	if uint64(at)+uint64(length) > uint64(len(memory)) {
		h.stop(program.Failed, program.Backend)
		return nil
	}
	return memory[at : uint64(at)+uint64(length)]
}

// put writes bytes to the program's memory.
func (h *host) put(at uint32, parts ...[]byte) {
	length := 0
	for _, p := range parts {
		length += len(p)
	}
	to := h.span(at, uint32(length))
	if h.stopped {
		return
	}
	for _, p := range parts {
		to = to[copy(to, p):]
	}
}

func word(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

func (h *host) put32(at, v uint32) { h.put(at, word(v)) }

// hash reads 32 bytes.
func (h *host) hash(at uint32) (v core.Hash) {
	copy(v[:], h.span(at, 32))
	return v
}

// amountOf is 16 bytes, little endian.
func amountOf(raw []byte) (v core.Amount) {
	var big [16]byte
	for i := range raw {
		big[15-i] = raw[i]
	}
	v.SetBytes(big[:])
	return v
}

// bytesOf is an amount as programs see it.
func bytesOf(v core.Amount) []byte {
	big := v.Bytes32()
	little := make([]byte, 16)
	for i := range little {
		little[i] = big[31-i]
	}
	return little
}

// value reads an amount; the pointer 2^32−1 is none.
func (h *host) value(at uint32) core.Amount {
	if at == 1<<32-1 {
		return core.Amount{}
	}
	return amountOf(h.span(at, 16))
}

// input is a piece of the message's payload, or an error code.
func (h *host) input(at, length, overflow, outside uint32) ([]byte, uint32) {
	end := uint64(at) + uint64(length)
	switch {
	case end > 1<<32-1:
		return nil, overflow
	case end > uint64(len(h.x.Payload)):
		return nil, outside
	}
	return h.x.Payload[at:end], errNone
}

// admit checks a message that the program would send, and takes what it costs.
func (h *host) admit(payload []byte, value core.Amount) uint32 {
	switch {
	case len(payload) > MaxPayload:
		return errSize
	case len(h.out.Sent) >= MaxOutgoing-1:
		return errCount
	case h.bytes+len(payload) > MaxOutgoingBytes:
		return errBytes
	case value.Gt(&h.available):
		return errValue
	}
	if !h.charge(costOutgoing + costByte*uint64(len(payload))) {
		return errNone
	}
	h.bytes += len(payload)
	h.available.Sub(&h.available, &value)
	return errNone
}

// send sends a message; target points to 32 bytes of destination and 16 of value, into to an error and a message id.
func (h *host) send(target uint32, payload []byte, delay, into uint32) bool {
	raw := h.span(target, 48)
	if h.stopped {
		return false
	}
	to, value := core.Hash(raw[:32]), amountOf(raw[32:])
	payload = append([]byte{}, payload...)
	if fault := h.admit(payload, value); fault != errNone || h.stopped {
		h.put(into, word(fault), make([]byte, 32))
		return false
	}
	id := program.OutgoingID(h.x.ID, h.nonce)
	h.nonce++
	h.out.Sent = append(h.out.Sent, program.Sent{ID: id, To: to, Payload: payload, Value: value, Delay: delay})
	h.put(into, word(errNone), id[:])
	return true
}

// answer replies.
func (h *host) answer(payload []byte, value core.Amount, into uint32) {
	fault := uint32(errNone)
	if h.stopped {
		return
	}
	if h.x.Kind == program.Reply {
		fault = errWrongEntry
	} else if h.out.Answer != nil || h.x.Answered {
		fault = errReplied
	} else if fault = h.admit(payload, value); fault == errNone && !h.stopped {
		h.out.Answer = &program.Answer{Payload: append([]byte{}, payload...), Value: value}
	}
	id := core.Hash{}
	if fault == errNone {
		id = program.ReplyID(h.x.ID)
	}
	h.put(into, word(fault), id[:])
}

// allocate finds room for pages, the first there is, above the static ones.
func (h *host) allocate(pages uint32) uint32 {
	if pages == 0 {
		return h.code.Static
	}
	run := uint32(0)
	for p := h.code.Static; p < MaxPages; p++ {
		if h.allocated[p] {
			run = 0
			continue
		}
		if run++; run < pages {
			continue
		}
		if !h.charge(costAllocated * uint64(pages)) {
			return 1<<32 - 1
		}
		if have := uint32(len(h.memory()) / PageSize); p >= have && !h.grow(p+1-have) {
			return 1<<32 - 1
		}
		for q := p + 1 - pages; q <= p; q++ {
			h.allocated[q] = true
		}
		h.changed = true
		return p + 1 - pages
	}
	return 1<<32 - 1
}

// free gives pages back, and empties them, so that whoever gets them again finds what a new page holds.
func (h *host) free(first, last uint32) uint32 {
	if first > last || first < h.code.Static || last >= MaxPages {
		return 1
	}
	if !h.charge(costAllocated * uint64(last-first+1)) {
		return 1
	}
	for p := first; p <= last; p++ {
		if h.allocated[p] {
			h.allocated[p] = false
			h.changed = true
			clear(h.memory()[p*PageSize : (p+1)*PageSize])
		}
	}
	return 0
}

// environment is what gr_env_vars gives: the performance multiplier in percent, the existential deposit, the mailbox
// threshold, and two prices of gas, of which Roster has none.
func environment() []byte {
	out := make([]byte, 4+16+8+8+16)
	binary.LittleEndian.PutUint32(out, 100)
	return out
}
