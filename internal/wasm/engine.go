package wasm

// engine runs checked code. There are two: wazero's compiler, and in tests with the build tag wasmtime that.
type engine interface {
	compile(c *Code) (compiled, error)
	close() error
}

// compiled is code that is ready to be instantiated.
type compiled interface {
	instantiate() (instance, error)
	close() error
}

// instance is a program in memory.
type instance interface {
	// call runs an entry, which must be there; false: it trapped, or a call of the host stopped it.
	call(entry string, h *host) bool
	// memory is the whole linear memory, until the next call or grow.
	memory() []byte
	grow(pages uint32) bool
	gas() int64
	setGas(int64)
	height() uint32
	// reset puts the globals back, the height with them.
	reset()
	close()
}
