package program

import "github.com/gear-tech/roster/core"

// The least that a run costs, in gas; 1000 are about a nanosecond. Who cannot pay it is not loaded.
const (
	// CostMessage is for running a message at all.
	CostMessage = 100_000_000
	// CostLoadedPage is for each page of memory that the program holds.
	CostLoadedPage = 2_000_000
)

// MaxCode is the most bytes of code that is run. Larger code is not kept.
const MaxCode = 512 << 10

// MaxPages is the most WebAssembly pages (64 KiB) of a program's memory: 32 MiB, for every node holds the memory of every
// program that it runs.
const MaxPages = 512

// PageSize is the size in bytes of the pages in which memory is kept.
const PageSize = 16 << 10

// Page is one.
type Page [PageSize]byte

// Memory is what a program keeps between messages.
type Memory struct {
	// Pages are those that differ from what the code's data segments make of an empty memory, by number.
	Pages map[uint32]*Page
	// Allocated are the WebAssembly pages above the static ones that the program holds, as ranges of first and last,
	// ascending, apart from each other.
	Allocated [][2]uint32
}

// Execution is one run of a program.
type Execution struct {
	Dispatch
	// Balance is the program's, this message's value included.
	Balance core.Amount
	// Block is the number and Time the timestamp of the batch's last block.
	Block uint64
	Time  core.Time
	// Memory is the program's; the runner changes it if the run succeeds, and only then.
	Memory *Memory
}

// Ending is how a run ended.
type Ending uint8

// The endings.
const (
	Succeeded Ending = iota
	Waits            // the message waits, and runs again from the start
	Exits            // the program is over
	Failed           // nothing that it did counts
)

// Sent is a message that a run sends.
type Sent struct {
	ID core.Hash
	// To is a program or an account.
	To      core.Hash
	Payload []byte
	Value   core.Amount
	// Delay is after how many blocks it is sent.
	Delay uint32
}

// Answer is the reply of a run.
type Answer struct {
	Payload []byte
	Value   core.Amount
}

// Wake is a waiting message that a run wakes.
type Wake struct {
	ID    core.Hash
	Delay uint32
}

// Outcome is what a run made.
type Outcome struct {
	Ending Ending
	// Code says why it failed; Text is what the program said when it panicked.
	Code ReplyCode
	Text []byte
	// Used is the gas that it took, at most the dispatch's.
	Used uint64
	// Sent, Answer and Wakes are empty if it failed.
	Sent   []Sent
	Answer *Answer
	Wakes  []Wake
	// Blocks is how many to wait at most.
	Blocks uint32
	// Inheritor gets the balance of a program that exits.
	Inheritor core.Hash
	// Changed are the pages of Memory that are others now, or gone, ascending.
	Changed []uint32
}

// Runner runs programs' code. An error is the machine's failure, never the program's: nothing may be concluded from it.
type Runner interface {
	Run(code []byte, codeID core.Hash, x Execution) (Outcome, error)
}
