package wasm

// The costs of instructions in gas, of which 10^12 are a second on the reference's machine: its weights, by class.
const (
	costConstant    = 539
	costLoad32      = 6194
	costLoad64      = 4950
	costStore32     = 9571
	costStore64     = 8649
	costSelect      = 2359
	costIf          = 4660
	costBranch      = 75
	costBranchIf    = 2817
	costTable       = 14024
	costTableEntry  = 101
	costCall        = 3113
	costIndirect    = 31333
	costLocalGet    = 766
	costLocalSet    = 1569
	costLocalTee    = 1917
	costGlobalGet   = 647
	costGlobalSet   = 982
	costArithmetic  = 1000
	costDivision    = 5000
	costMemorySize  = 1000
	costLocalZeroed = 100
)

// simple is an instruction that only takes values from the stack and puts others there.
type simple struct {
	takes []byte
	gives []byte
	cost  uint64
}

// simples are the numeric instructions of WebAssembly without floats, sign extension included, by opcode.
var simples = numeric()

func numeric() map[byte]simple {
	table := map[byte]simple{}
	add := func(from, to byte, takes, gives []byte, cost uint64) {
		for op := int(from); op <= int(to); op++ {
			table[byte(op)] = simple{takes, gives, cost}
		}
	}
	one32, one64 := []byte{i32}, []byte{i64}
	two32, two64 := []byte{i32, i32}, []byte{i64, i64}
	add(0x45, 0x45, one32, one32, costArithmetic) // i32.eqz
	add(0x46, 0x4f, two32, one32, costArithmetic) // comparisons
	add(0x50, 0x50, one64, one32, costArithmetic) // i64.eqz
	add(0x51, 0x5a, two64, one32, costArithmetic) // comparisons
	add(0x67, 0x69, one32, one32, costArithmetic) // clz, ctz, popcnt
	add(0x6a, 0x6c, two32, one32, costArithmetic) // add, sub, mul
	add(0x6d, 0x70, two32, one32, costDivision)   // div, rem
	add(0x71, 0x78, two32, one32, costArithmetic) // and … rotr
	add(0x79, 0x7b, one64, one64, costArithmetic)
	add(0x7c, 0x7e, two64, one64, costArithmetic)
	add(0x7f, 0x82, two64, one64, costDivision)
	add(0x83, 0x8a, two64, one64, costArithmetic)
	add(0xa7, 0xa7, one64, one32, costArithmetic) // i32.wrap_i64
	add(0xac, 0xad, one32, one64, costArithmetic) // i64.extend_i32
	add(0xc0, 0xc1, one32, one32, costArithmetic) // i32.extend8_s, 16
	add(0xc2, 0xc4, one64, one64, costArithmetic) // i64.extend8_s, 16, 32
	return table
}

// access is a load or store: the value's type, and the greatest alignment, as a power of two.
type access struct {
	kind  byte
	align uint32
	store bool
	cost  uint64
}

var accesses = map[byte]access{
	0x28: {i32, 2, false, costLoad32}, 0x29: {i64, 3, false, costLoad64},
	0x2c: {i32, 0, false, costLoad32}, 0x2d: {i32, 0, false, costLoad32}, 0x2e: {i32, 1, false, costLoad32}, 0x2f: {i32, 1, false, costLoad32},
	0x30: {i64, 0, false, costLoad64}, 0x31: {i64, 0, false, costLoad64}, 0x32: {i64, 1, false, costLoad64}, 0x33: {i64, 1, false, costLoad64},
	0x34: {i64, 2, false, costLoad64}, 0x35: {i64, 2, false, costLoad64},
	0x36: {i32, 2, true, costStore32}, 0x37: {i64, 3, true, costStore64},
	0x3a: {i32, 0, true, costStore32}, 0x3b: {i32, 1, true, costStore32},
	0x3c: {i64, 0, true, costStore64}, 0x3d: {i64, 1, true, costStore64}, 0x3e: {i64, 2, true, costStore64},
}
