package program

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/blake2b"

	"github.com/gear-tech/roster/core"
)

// Kind is which entry of a program a message is for.
type Kind uint8

// The kinds of messages.
const (
	Init Kind = iota
	Handle
	Reply
)

// Entry is the function that a program exports for the kind.
func (k Kind) Entry() string { return [...]string{"init", "handle", "handle_reply"}[k] }

// ReplyCode says how a message was answered: Gear's four bytes.
type ReplyCode [4]byte

// The reply codes: success by itself or by the program; errors of the run; and messages to nobody.
var (
	Auto   = ReplyCode{0, 0}
	Manual = ReplyCode{0, 1}

	RanOutOfGas    = ReplyCode{1, 0, 0}
	MemoryOverflow = ReplyCode{1, 0, 1}
	Backend        = ReplyCode{1, 0, 2} // a call with pointers outside the memory, or the like
	Panicked       = ReplyCode{1, 0, 3}
	Unreachable    = ReplyCode{1, 0, 4} // every trap
	StackLimit     = ReplyCode{1, 0, 5}

	ProgramExited = ReplyCode{1, 2, 1}
	InitFailed    = ReplyCode{1, 2, 2}
	Uninitialized = ReplyCode{1, 2, 3}
	NoProgram     = ReplyCode{1, 2, 4}
	InvalidCode   = ReplyCode{1, 2, 5} // ours: the code that a program was created from does not pass the checks
)

// IsError reports whether the code is one of failure.
func (c ReplyCode) IsError() bool { return c[0] != 0 }

// String names the code.
func (c ReplyCode) String() string {
	names := map[ReplyCode]string{Auto: "done", Manual: "answered", RanOutOfGas: "ran out of gas", MemoryOverflow: "memory overflow",
		Backend: "broken call", Panicked: "panicked", Unreachable: "trapped", StackLimit: "stack overflow", ProgramExited: "program has exited",
		InitFailed: "program failed to start", Uninitialized: "program has not started", NoProgram: "no such program", InvalidCode: "invalid code"}
	if name, known := names[c]; known {
		return name
	}
	return fmt.Sprintf("code %x", [4]byte(c))
}

// Dispatch is a message on its way to a program.
type Dispatch struct {
	// ID is unique in the set (IncomingID, OutgoingID, ReplyID).
	ID   core.Hash
	Kind Kind
	// Source is who sent it: a program, or an account with 12 zero bytes in front. Program is who gets it.
	Source, Program core.Hash
	Payload         []byte
	// Value is wVARA base units, below 2^128.
	Value core.Amount
	// ReplyTo is the message that this one answers, and Code how; of kind Reply alone.
	ReplyTo core.Hash
	Code    ReplyCode
	// Gas is what is left for this message and all that follow from it.
	Gas uint64
	// Kept: the program has waited with it, and has its value already. Then Sent is how many messages were sent while it
	// was run, which go on to be counted, and Answered whether it was answered: ids are unique over all its runs.
	Kept     bool
	Sent     uint32
	Answered bool
}

// Actor is an account as programs see it.
func Actor(a core.Address) (id core.Hash) {
	copy(id[12:], a[:])
	return id
}

// AccountOf is the account behind an actor, false for programs.
func AccountOf(id core.Hash) (a core.Address, is bool) {
	for _, b := range id[:12] {
		if b != 0 {
			return a, false
		}
	}
	return core.Address(id[12:]), true
}

// IncomingID is the id of a message from the chain: nonce is the program's own count of them, from 0; of the message
// with which it was created, 2^64−1.
func IncomingID(program core.Hash, nonce uint64) core.Hash {
	return Sum([]byte("incoming"), program[:], binary.LittleEndian.AppendUint64(nil, nonce))
}

// InitNonce is the nonce of the message with which a program is created.
const InitNonce = 1<<64 - 1

// OutgoingID is the id of the message number nonce that was sent while origin was run (gear-tech/gear, MessageId).
func OutgoingID(origin core.Hash, nonce uint32) core.Hash {
	return Sum([]byte("outgoing"), origin[:], binary.LittleEndian.AppendUint32(nil, nonce))
}

// ReplyID is the id of the reply to a message (gear-tech/gear, MessageId).
func ReplyID(to core.Hash) core.Hash { return Sum([]byte("reply"), to[:]) }

// Sum is blake2b-256.
func Sum(parts ...[]byte) (h core.Hash) {
	if len(parts) == 1 {
		return blake2b.Sum256(parts[0])
	}
	d, err := blake2b.New256(nil)
	if err != nil {
		panic(err) // only a key of the wrong length is an error
	}
	for _, p := range parts {
		d.Write(p)
	}
	d.Sum(h[:0])
	return h
}
