package wasm

import (
	"encoding/binary"

	"github.com/gear-tech/roster/core/program"
)

// call is one of Gear's, of the module env: so many parameters, all i32, and a result or none.
type call struct {
	params int
	gives  bool
	do     func(h *host, a [maxParams]uint32) uint32
}

func (c call) signature() signature {
	var s signature
	for range c.params {
		s.params = append(s.params, i32)
	}
	if c.gives {
		s.results = []byte{i32}
	}
	return s
}

// quiet is a call without a result.
func quiet(params int, do func(h *host, a [maxParams]uint32)) call {
	return call{params, false, func(h *host, a [maxParams]uint32) uint32 { do(h, a); return 0 }}
}

// calls are all that there are; code that imports another is refused by its name.
var calls = map[string]call{
	"alloc":      {1, true, func(h *host, a [maxParams]uint32) uint32 { return h.allocate(a[0]) }},
	"free":       {1, true, func(h *host, a [maxParams]uint32) uint32 { return h.freeOne(a[0]) }},
	"free_range": {2, true, func(h *host, a [maxParams]uint32) uint32 { return h.free(a[0], a[1]) }},

	"gr_size": quiet(1, func(h *host, a [maxParams]uint32) { h.put32(a[0], uint32(len(h.x.Payload))) }),
	"gr_read": quiet(4, (*host).read),

	"gr_reply": quiet(4, func(h *host, a [maxParams]uint32) {
		h.answer(h.text(a[0], a[1]), h.value(a[2]), a[3])
	}),
	"gr_reply_push": quiet(3, func(h *host, a [maxParams]uint32) {
		h.put32(a[2], h.extend(&h.draft, h.text(a[0], a[1])))
	}),
	"gr_reply_commit": quiet(2, func(h *host, a [maxParams]uint32) { h.answer(h.draft, h.value(a[0]), a[1]) }),
	"gr_reply_input": quiet(4, func(h *host, a [maxParams]uint32) {
		payload, fault := h.input(a[0], a[1], errInputOverflow, errInputRange)
		if fault != errNone {
			h.put(a[3], word(fault), make([]byte, 32))
			return
		}
		h.answer(payload, h.value(a[2]), a[3])
	}),
	"gr_reply_push_input": quiet(3, func(h *host, a [maxParams]uint32) {
		payload, fault := h.input(a[0], a[1], errInputOverflow, errInputRange)
		if fault == errNone {
			fault = h.extend(&h.draft, payload)
		}
		h.put32(a[2], fault)
	}),

	"gr_send": quiet(5, func(h *host, a [maxParams]uint32) { h.send(a[0], h.text(a[1], a[2]), a[3], a[4]) }),
	"gr_send_input": quiet(5, func(h *host, a [maxParams]uint32) {
		payload, fault := h.input(a[1], a[2], errInputOverflow, errInputRange)
		if fault != errNone {
			h.put(a[4], word(fault), make([]byte, 32))
			return
		}
		h.send(a[0], payload, a[3], a[4])
	}),
	"gr_send_init": quiet(1, (*host).sendInit),
	"gr_send_push": quiet(4, func(h *host, a [maxParams]uint32) {
		h.put32(a[3], h.push(a[0], h.text(a[1], a[2])))
	}),
	"gr_send_push_input": quiet(4, func(h *host, a [maxParams]uint32) {
		payload, fault := h.input(a[1], a[2], errInputOverflow, errInputRange)
		if fault == errNone {
			fault = h.push(a[0], payload)
		}
		h.put32(a[3], fault)
	}),
	"gr_send_commit": quiet(4, (*host).sendCommit),

	"gr_source":          quiet(1, func(h *host, a [maxParams]uint32) { h.put(a[0], h.x.Source[:]) }),
	"gr_message_id":      quiet(1, func(h *host, a [maxParams]uint32) { h.put(a[0], h.x.ID[:]) }),
	"gr_program_id":      quiet(1, func(h *host, a [maxParams]uint32) { h.put(a[0], h.x.Program[:]) }),
	"gr_value":           quiet(1, func(h *host, a [maxParams]uint32) { h.put(a[0], bytesOf(h.x.Value)) }),
	"gr_value_available": quiet(1, func(h *host, a [maxParams]uint32) { h.put(a[0], bytesOf(h.available)) }),
	"gr_reply_to": quiet(1, func(h *host, a [maxParams]uint32) {
		if h.x.Kind != program.Reply {
			h.put(a[0], word(errNoReply), make([]byte, 32))
			return
		}
		h.put(a[0], word(errNone), h.x.ReplyTo[:])
	}),
	"gr_reply_code": quiet(1, func(h *host, a [maxParams]uint32) {
		if h.x.Kind != program.Reply {
			h.put(a[0], word(errNoReply), make([]byte, 4))
			return
		}
		h.put(a[0], word(errNone), h.x.Code[:])
	}),
	"gr_block_height": quiet(1, func(h *host, a [maxParams]uint32) { h.put32(a[0], uint32(h.x.Block)) }),
	"gr_block_timestamp": quiet(1, func(h *host, a [maxParams]uint32) { // milliseconds, as in Gear
		h.put(a[0], binary.LittleEndian.AppendUint64(nil, uint64(h.x.Time)*1000))
	}),
	"gr_gas_available": quiet(1, func(h *host, a [maxParams]uint32) {
		h.put(a[0], binary.LittleEndian.AppendUint64(nil, uint64(h.gas())))
	}),
	"gr_env_vars": quiet(2, func(h *host, a [maxParams]uint32) {
		if a[0] != 1 { // the only version there is
			h.stop(program.Failed, program.Backend)
			return
		}
		h.put(a[1], environment())
	}),

	"gr_wait_up_to": quiet(1, (*host).wait),
	"gr_wait_for":   quiet(1, (*host).wait),
	"gr_wake":       quiet(3, (*host).wake),

	"gr_exit": quiet(1, func(h *host, a [maxParams]uint32) {
		inheritor := h.hash(a[0])
		if !h.stopped {
			h.stop(program.Exits, program.Auto)
			h.out.Inheritor = inheritor
		}
	}),
	"gr_leave": quiet(0, func(h *host, _ [maxParams]uint32) { h.stop(program.Succeeded, program.Auto) }),
	"gr_panic": quiet(2, func(h *host, a [maxParams]uint32) {
		text := append([]byte{}, h.text(a[0], min(a[1], MaxPanic))...)
		if !h.stopped {
			h.stop(program.Failed, program.Panicked)
			h.out.Text = text
		}
	}),
	"gr_oom_panic": quiet(0, func(h *host, _ [maxParams]uint32) { h.stop(program.Failed, program.MemoryOverflow) }),
	"gr_debug":     quiet(2, func(h *host, a [maxParams]uint32) { h.text(a[0], a[1]) }),
}

// MaxPanic is how many bytes of what a program says when it panics are kept.
const MaxPanic = 1024

// text is a piece of memory that the program hands over, paid by the byte.
func (h *host) text(at, length uint32) []byte {
	piece := h.span(at, length)
	if h.stopped || !h.charge(costByte*uint64(length)) {
		return nil
	}
	return piece
}

func (h *host) freeOne(page uint32) uint32 {
	if page >= MaxPages || !h.allocated[page] {
		return 1
	}
	return h.free(page, page)
}

func (h *host) read(a [maxParams]uint32) {
	payload, fault := h.input(a[0], a[1], errReadOverflow, errReadRange)
	if fault == errNone && h.charge(costByte*uint64(len(payload))) {
		h.put(a[2], payload)
	}
	if !h.stopped {
		h.put32(a[3], fault)
	}
}

// extend adds to a draft.
func (h *host) extend(draft *[]byte, more []byte) uint32 {
	if len(*draft)+len(more) > MaxPayload {
		return errSize
	}
	*draft = append(*draft, more...)
	return errNone
}

func (h *host) sendInit(a [maxParams]uint32) {
	if len(h.drafts) >= MaxOutgoing {
		h.put(a[0], word(errCount), word(0))
		return
	}
	h.drafts = append(h.drafts, draft{})
	h.put(a[0], word(errNone), word(uint32(len(h.drafts)-1)))
}

func (h *host) push(handle uint32, more []byte) uint32 {
	switch {
	case uint64(handle) >= uint64(len(h.drafts)):
		return errHandle
	case h.drafts[handle].sent:
		return errLate
	}
	return h.extend(&h.drafts[handle].payload, more)
}

func (h *host) sendCommit(a [maxParams]uint32) {
	fault := uint32(errNone)
	switch {
	case uint64(a[0]) >= uint64(len(h.drafts)):
		fault = errHandle
	case h.drafts[a[0]].sent:
		fault = errLate
	}
	if fault != errNone {
		h.put(a[3], word(fault), make([]byte, 32))
		return
	}
	h.drafts[a[0]].sent = h.send(a[1], h.drafts[a[0]].payload, a[2], a[3])
}

func (h *host) wait(a [maxParams]uint32) {
	if a[0] == 0 || h.x.Kind == program.Reply { // a reply cannot wait: nobody would answer for it
		h.stop(program.Failed, program.Backend)
		return
	}
	h.stop(program.Waits, program.Auto)
	h.out.Blocks = a[0]
}

func (h *host) wake(a [maxParams]uint32) {
	id, fault := h.hash(a[0]), uint32(errNone)
	if h.stopped {
		return
	}
	for _, w := range h.out.Wakes {
		if w.ID == id {
			fault = errWoken
		}
	}
	if fault == errNone {
		if len(h.out.Wakes) >= MaxOutgoing {
			fault = errCount
		} else {
			h.out.Wakes = append(h.out.Wakes, program.Wake{ID: id, Delay: a[1]})
		}
	}
	h.put32(a[2], fault)
}
