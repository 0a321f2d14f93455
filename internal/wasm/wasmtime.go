//go:build wasmtime

package wasm

import (
	"fmt"
	"unsafe"

	wasmtime "github.com/bytecodealliance/wasmtime-go/v39"
)

// wasmtimeEngine is the second engine, for comparison in tests alone. It needs a C compiler.
type wasmtimeEngine struct{ engine *wasmtime.Engine }

func newWasmtime() *wasmtimeEngine {
	c := wasmtime.NewConfig()
	c.SetWasmSIMD(false)
	c.SetWasmRelaxedSIMD(false)
	c.SetWasmReferenceTypes(false)
	c.SetWasmBulkMemory(false)
	c.SetWasmMultiValue(false)
	c.SetWasmThreads(false)
	c.SetWasmTailCall(false)
	c.SetWasmMultiMemory(false)
	c.SetWasmMemory64(false)
	c.SetMaxWasmStack(6 << 20)
	return &wasmtimeEngine{wasmtime.NewEngineWithConfig(c)}
}

func (e *wasmtimeEngine) close() error { return nil }

func (e *wasmtimeEngine) compile(c *Code) (compiled, error) {
	m, err := wasmtime.NewModule(e.engine, c.metered)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", c.Hash, err)
	}
	w := &wasmtimeCode{code: c, engine: e.engine, module: m, linker: wasmtime.NewLinker(e.engine)}
	i := wasmtime.NewValType(wasmtime.KindI32)
	for name, one := range calls {
		params := make([]*wasmtime.ValType, one.params)
		for n := range params {
			params[n] = i
		}
		var results []*wasmtime.ValType
		if one.gives {
			results = []*wasmtime.ValType{i}
		}
		err := w.linker.FuncNew("env", name, wasmtime.NewFuncType(params, results), func(_ *wasmtime.Caller, given []wasmtime.Val) ([]wasmtime.Val, *wasmtime.Trap) {
			var arguments [maxParams]uint32
			for n, v := range given {
				arguments[n] = uint32(v.I32())
			}
			result, ok := w.host.serve(one, arguments)
			if !ok {
				return nil, wasmtime.NewTrap(errStopped.Error())
			}
			if one.gives {
				return []wasmtime.Val{wasmtime.ValI32(int32(result))}, nil
			}
			return nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

type wasmtimeCode struct {
	code   *Code
	engine *wasmtime.Engine
	module *wasmtime.Module
	linker *wasmtime.Linker
	host   *host // of the run that is on
}

func (c *wasmtimeCode) close() error { return nil }

func (c *wasmtimeCode) instantiate() (instance, error) {
	s := wasmtime.NewStore(c.engine)
	i, err := c.linker.Instantiate(s, c.module)
	if err != nil {
		return nil, fmt.Errorf("instantiate %s: %w", c.code.Hash, err)
	}
	return &wasmtimeInstance{code: c, store: s, instance: i, mem: i.GetExport(s, memoryName).Memory()}, nil
}

type wasmtimeInstance struct {
	code     *wasmtimeCode
	store    *wasmtime.Store
	instance *wasmtime.Instance
	mem      *wasmtime.Memory
}

func (i *wasmtimeInstance) call(entry string, h *host) bool {
	i.code.host = h
	_, err := i.instance.GetFunc(i.store, entry).Call(i.store)
	return err == nil
}

func (i *wasmtimeInstance) memory() []byte {
	if i.mem.DataSize(i.store) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(i.mem.Data(i.store)), i.mem.DataSize(i.store))
}

func (i *wasmtimeInstance) grow(pages uint32) bool {
	_, err := i.mem.Grow(i.store, uint64(pages))
	return err == nil
}

func (i *wasmtimeInstance) global(name string) *wasmtime.Global {
	return i.instance.GetExport(i.store, name).Global()
}

func (i *wasmtimeInstance) set(name string, v wasmtime.Val) {
	if err := i.global(name).Set(i.store, v); err != nil {
		panic(err)
	}
}

func (i *wasmtimeInstance) gas() int64     { return i.global(gasGlobal).Get(i.store).I64() }
func (i *wasmtimeInstance) setGas(g int64) { i.set(gasGlobal, wasmtime.ValI64(g)) }
func (i *wasmtimeInstance) height() uint32 { return uint32(i.global(heightGlobal).Get(i.store).I32()) }

func (i *wasmtimeInstance) reset() {
	i.set(heightGlobal, wasmtime.ValI32(0))
	for _, r := range i.code.code.resets {
		if r.kind == i32 {
			i.set(r.name, wasmtime.ValI32(int32(r.init)))
		} else {
			i.set(r.name, wasmtime.ValI64(r.init))
		}
	}
}

func (i *wasmtimeInstance) close() { i.store.Close() }
