package wasm

import "github.com/gear-tech/roster/core/program"

// Version names everything that decides a program's outcome besides its code: the checks, the instrumentation, the
// costs and the calls. A change of any of them is a new version, and a network agrees on one.
const Version = 1

// Limits on code and memory. Those of the reference (gear-tech/gear) unless said otherwise.
const (
	// MaxCode is the most bytes of a program's code, before and after instrumentation.
	MaxCode = program.MaxCode
	// MaxBody is the most bytes of one function: what engines need for a function grows faster than it. Ours.
	MaxBody = 64 << 10
	// MaxSegments is the most data segments.
	MaxSegments = 1024
	// MaxTypeSection is the most bytes of the type section.
	MaxTypeSection = 20 << 10
	// MaxValues is the most parameters and results of a type.
	MaxValues = 128
	// MaxLocals is the most parameters and locals of a function. Ours.
	MaxLocals = 4096
	// MaxNesting is the most blocks that stand in each other. Ours.
	MaxNesting = 1024
	// MaxTable is the most entries of the table. Ours.
	MaxTable = 16 << 10
	// MaxStack is the most stack height: the sum of frameCost over the functions that have not returned.
	MaxStack = 36_743
	// MaxPages is the most WebAssembly pages (64 KiB) of a program's memory: 32 MiB. Ours, the reference has 2 GiB:
	// every node holds the memory of every program that it runs.
	MaxPages = program.MaxPages
	// MaxPayload is the most bytes of a message. Ours: as much as one can send on chain (protocol §6).
	MaxPayload = 32 << 10
	// MaxOutgoing is the most messages that one run sends, its reply included. Ours.
	MaxOutgoing = 256
	// MaxOutgoingBytes is the most bytes of all messages that one run sends. Ours.
	MaxOutgoingBytes = 1 << 20
)

// PageSize is that of WebAssembly.
const PageSize = 64 << 10

// frameCost is how much of MaxStack a call takes: its locals, the most values on its operand stack, and something for
// the frame and for what an engine may spill, which grows with the function's code.
func frameCost(locals, operands, body int) int { return 8 + locals + operands + body/64 }
