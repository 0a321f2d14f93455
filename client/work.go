package client

import "github.com/gear-tech/roster/core"

// Batches are committed batches of a set, the newest first.
type Batches struct {
	AsOf  AsOf    `json:"asOf"`
	Items []Batch `json:"items"`
	Next  string  `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Batch is a batch under a certificate.
type Batch struct {
	Number       uint64         `json:"number"`
	Era          core.Era       `json:"era" doc:"of the Executors who signed it"`
	Hash         core.Hash      `json:"hash"`
	PreviousHash core.Hash      `json:"previousHash"`
	EndBlock     uint64         `json:"endBlock" doc:"the last block whose events are in it"`
	StateRoot    core.Hash      `json:"stateRoot"`
	MessagesRoot core.Hash      `json:"messagesRoot" doc:"zero: programs sent nothing"`
	CommittedAt  core.Time      `json:"committedAt"`
	Block        uint64         `json:"block"`
	Transaction  core.Hash      `json:"transaction"`
	Signers      []core.Address `json:"signers" doc:"Executors of the certificate"`
	Late         []core.Address `json:"late" doc:"Executors that were added in time, which counts the same"`
	Absent       []core.Address `json:"absent" doc:"Executors that did not sign"`
}

// Programs are the programs of a set, by id.
type Programs struct {
	AsOf     AsOf      `json:"asOf"`
	Computed bool      `json:"computed" doc:"this node runs programs; false: status and balance are not known"`
	Batch    uint64    `json:"batch" doc:"the newest batch that it computed: what is below is of it"`
	Items    []Program `json:"items"`
	Next     string    `json:"next,omitempty" doc:"cursor of the next page; missing on the last"`
}

// Program is a program of a set.
type Program struct {
	Program core.Hash    `json:"program"`
	CodeID  core.Hash    `json:"codeId"`
	Creator core.Address `json:"creator"`
	Block   uint64       `json:"block" doc:"in which it was created"`
	Status  string       `json:"status" enum:"unknown,starting,active,exited,broken"`
	Balance Amount       `json:"balance"`
	Pages   int          `json:"pages" doc:"of memory that are kept"`
}

// Health is how the node does.
type Health struct {
	AsOf      AsOf         `json:"asOf"`
	OK        bool         `json:"ok" doc:"everything that was due at the last tick was done"`
	Code      string       `json:"code" enum:"ok,stuck,starting,gate_shut,failing"`
	Detail    string       `json:"detail,omitempty"`
	Account   core.Address `json:"account" doc:"that sends transactions"`
	Signs     bool         `json:"signs" doc:"it has a BLS key"`
	Version   string       `json:"version"`
	Endpoints []Endpoint   `json:"endpoints"`
	Intents   []Intent     `json:"intents" doc:"what it wants to happen on chain, the newest first"`
	Peers     int          `json:"peers" doc:"Executors that it knows an endpoint of"`
}

// Endpoint is how one way to the chain does.
type Endpoint struct {
	Name     string `json:"name" doc:"without what may be secret in it"`
	Failures int    `json:"failuresInARow"`
	Foreign  bool   `json:"ofAnotherChain"`
	Stale    bool   `json:"headIsNotTheOthers"`
	Latency  int64  `json:"latencyMilliseconds"`
}

// Intent is one thing that should happen on chain.
type Intent struct {
	Key      string       `json:"key"`
	To       core.Address `json:"to"`
	Status   string       `json:"status"`
	Attempts int          `json:"attempts"`
	Reason   string       `json:"reason,omitempty" doc:"name of the last revert"`
	By       core.Time    `json:"by,omitempty" doc:"last moment at which it is of use"`
}

// Event is something that just happened, as /v1/events sends it.
type Event struct {
	ID     uint64            `json:"id" doc:"counts from the node's start"`
	Kind   string            `json:"kind" doc:"block, or what the node's log says"`
	Fields map[string]string `json:"fields"`
}

// Checks are what a doctor finds wrong.
type Checks struct {
	AsOf   AsOf    `json:"asOf"`
	Status string  `json:"status" enum:"ok,cannot_tell,finding"`
	Items  []Check `json:"items"`
}

// Check is one thing that was looked at (docs/doctor.md).
type Check struct {
	Check    string    `json:"check"`
	Subject  string    `json:"subject,omitempty"`
	Severity string    `json:"severity" enum:"ok,cannot_tell,finding"`
	Code     string    `json:"code,omitempty"`
	Text     string    `json:"text"`
	Have     string    `json:"have,omitempty"`
	Need     string    `json:"need,omitempty"`
	Do       string    `json:"do,omitempty"`
	By       core.Time `json:"by,omitempty"`
}

// BatchOf is one batch, asked for by its number.
type BatchOf struct {
	AsOf AsOf `json:"asOf"`
	Batch
}
