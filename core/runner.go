package core

// Runner runs do for every part from 0 to parts-1, at once or one after the other in any order, and returns when all are
// done. What is computed must not depend on it: each part writes only what is its own.
type Runner func(parts int, do func(part int))

// InTurn is the Runner that does nothing at once.
func InTurn(parts int, do func(part int)) {
	for part := range parts {
		do(part)
	}
}
