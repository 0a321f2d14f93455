package chain

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

func TestDecode(t *testing.T) {
	word := func(n byte) []byte { return common.LeftPadBytes([]byte{n}, 32) }
	join := func(signature string, words ...[]byte) []byte {
		data := crypto.Keccak256([]byte(signature))[:4]
		for _, w := range words {
			data = append(data, w...)
		}
		return data
	}
	tests := []struct {
		data       []byte
		name, text string
	}{
		{nil, "", "reverted without a reason"},
		{[]byte{1, 2, 3}, "", "reverted with an unknown error 0x010203"},
		{[]byte{1, 2, 3, 4}, "", "reverted with an unknown error 0x01020304"},
		{join("InsufficientSlash()"), "InsufficientSlash", "reverted with InsufficientSlash()"},
		{join("ERC20InsufficientBalance(address,uint256,uint256)", word(1), word(2), word(3)), "ERC20InsufficientBalance",
			"reverted with ERC20InsufficientBalance(sender: 0x" + strings.Repeat("0", 39) + "1, balance: 2, needed: 3)"},
		{join("ERC20InsufficientBalance(address,uint256,uint256)", word(1)), "", // cut short
			"reverted with an unknown error 0xe450d38c" + strings.Repeat("0", 63) + "1"},
		{join("Error(string)", word(32), word(2), common.RightPadBytes([]byte("no"), 32)), "Error", `reverted with Error("no")`},
		{join("Panic(uint256)", word(0x11)), "Panic", "reverted with Panic(17)"},
	}
	for _, test := range tests {
		if got := Decode(test.data); got.Name != test.name || got.Error() != test.text {
			t.Errorf("%x: %q, %q; want %q, %q", test.data, got.Name, got, test.name, test.text)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(crypto.Keccak256([]byte("Error(string)"))[:4])
	f.Fuzz(func(t *testing.T, data []byte) {
		if Decode(data).Error() == "" { // and it does not panic
			t.Error("an error without a text")
		}
	})
}
