package wasm

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// wazeroEngine is wazero's compiler. Its interpreter has a stack of its own limit, below MaxStack: it is never used.
type wazeroEngine struct {
	context context.Context
	runtime wazero.Runtime
}

type hostKey struct{}

func newWazero() (*wazeroEngine, error) {
	ctx := experimental.WithMemoryAllocator(context.Background(), experimental.MemoryAllocatorFunc(allocate))
	config := wazero.NewRuntimeConfigCompiler().WithMemoryLimitPages(MaxPages).
		WithCoreFeatures(api.CoreFeatureMutableGlobal | api.CoreFeatureSignExtensionOps)
	e := &wazeroEngine{ctx, wazero.NewRuntimeWithConfig(ctx, config)}
	b := e.runtime.NewHostModuleBuilder("env")
	for name, c := range calls {
		params := make([]api.ValueType, c.params)
		for i := range params {
			params[i] = api.ValueTypeI32
		}
		var results []api.ValueType
		if c.gives {
			results = []api.ValueType{api.ValueTypeI32}
		}
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, _ api.Module, stack []uint64) {
			h := ctx.Value(hostKey{}).(*host)
			var arguments [maxParams]uint32
			for i := range c.params {
				arguments[i] = uint32(stack[i])
			}
			result, ok := h.serve(c, arguments)
			if !ok {
				panic(errStopped)
			}
			if c.gives {
				stack[0] = uint64(result)
			}
		}), params, results).Export(name)
	}
	if _, err := b.Instantiate(ctx); err != nil {
		return nil, fmt.Errorf("start wazero: %w", err)
	}
	return e, nil
}

func (e *wazeroEngine) close() error { return e.runtime.Close(e.context) }

func (e *wazeroEngine) compile(c *Code) (compiled, error) {
	m, err := e.runtime.CompileModule(e.context, c.metered)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", c.Hash, err)
	}
	return &wazeroCode{e, c, m}, nil
}

type wazeroCode struct {
	*wazeroEngine
	code   *Code
	module wazero.CompiledModule
}

func (c *wazeroCode) close() error { return c.module.Close(c.context) }

func (c *wazeroCode) instantiate() (instance, error) {
	m, err := c.runtime.InstantiateModule(c.context, c.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("instantiate %s: %w", c.code.Hash, err)
	}
	i := &wazeroInstance{code: c, module: m, mem: m.Memory(), entries: map[string]api.Function{}}
	i.gasCell = m.ExportedGlobal(gasGlobal).(api.MutableGlobal)
	i.heightCell = m.ExportedGlobal(heightGlobal).(api.MutableGlobal)
	for _, r := range c.code.resets {
		i.cells = append(i.cells, m.ExportedGlobal(r.name).(api.MutableGlobal))
	}
	return i, nil
}

type wazeroInstance struct {
	code       *wazeroCode
	module     api.Module
	mem        api.Memory
	entries    map[string]api.Function
	gasCell    api.MutableGlobal
	heightCell api.MutableGlobal
	cells      []api.MutableGlobal
}

func (i *wazeroInstance) call(entry string, h *host) bool {
	f := i.entries[entry]
	if f == nil {
		f = i.module.ExportedFunction(entry)
		i.entries[entry] = f
	}
	// The error's text has addresses of this process in it. That there is one is all we take from it.
	_, err := f.Call(context.WithValue(i.code.context, hostKey{}, h))
	return err == nil
}

func (i *wazeroInstance) memory() []byte {
	all, _ := i.mem.Read(0, i.mem.Size())
	return all
}

func (i *wazeroInstance) grow(pages uint32) bool {
	_, ok := i.mem.Grow(pages)
	return ok
}

func (i *wazeroInstance) gas() int64     { return int64(i.gasCell.Get()) }
func (i *wazeroInstance) setGas(g int64) { i.gasCell.Set(uint64(g)) }
func (i *wazeroInstance) height() uint32 { return uint32(i.heightCell.Get()) }

func (i *wazeroInstance) reset() {
	i.heightCell.Set(0)
	for n, r := range i.code.code.resets {
		if r.kind == i32 {
			i.cells[n].Set(uint64(uint32(r.init)))
		} else {
			i.cells[n].Set(uint64(r.init))
		}
	}
}

func (i *wazeroInstance) close() { i.module.Close(i.code.context) }
