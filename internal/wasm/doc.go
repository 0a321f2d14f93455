// Package wasm runs Gear programs: it checks their code, meters it, and serves its calls (protocol §6).
//
// Determinism is the point. Two honest Executors that disagree about one byte slash each other, so nothing here
// depends on the engine, the machine or the clock:
//
//   - Check accepts a strict subset of WebAssembly, MVP and sign extension without floats, type-checked here, and
//     encodes what it accepted again: an engine only ever sees modules that this package wrote.
//   - Gas and stack height are counted by instructions that Check adds (Version), not by the engine, whose own stack
//     overflows at depths that differ between engines and builds.
//   - Every way in which a program can end has a reply code. An engine's error text is never looked at.
//
// Runner is a program.Runner. It stands on wazero's compiler; with the build tag wasmtime the tests run the same
// programs on wasmtime, too, and compare gas, replies and memory.
package wasm
