package core

// Machine is what a long computation may have of the computer on which it runs: more than one core, and memory made in
// another way. What is computed does not depend on it. The zero Machine does nothing at once and makes memory as anyone does.
type Machine struct {
	AtOnce    Runner             // nil: InTurn
	NewBytes  func(n int) []byte // n zeroes, of a length worth the trouble; nil: make
	NewHashes func(n int) []Hash // the same
}

// Runner runs do for every part from 0 to parts-1, at once or one after the other in any order, and returns when all are
// done. What is computed must not depend on it: each part writes only what is its own.
type Runner func(parts int, do func(part int))

// InTurn is the Runner that does nothing at once.
func InTurn(parts int, do func(part int)) {
	for part := range parts {
		do(part)
	}
}

// Run runs do for every part, as a Runner does.
func (m Machine) Run(parts int, do func(part int)) {
	if m.AtOnce == nil {
		InTurn(parts, do)
		return
	}
	m.AtOnce(parts, do)
}

// Bytes are n zeroes.
func (m Machine) Bytes(n int) []byte {
	if m.NewBytes == nil {
		return make([]byte, n)
	}
	return m.NewBytes(n)
}

// Hashes are n zero hashes.
func (m Machine) Hashes(n int) []Hash {
	if m.NewHashes == nil {
		return make([]Hash, n)
	}
	return m.NewHashes(n)
}
