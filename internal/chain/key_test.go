package chain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"
)

func TestLoadKey(t *testing.T) {
	const password = "correct horse"
	want, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	file, err := keystore.EncryptKey(&keystore.Key{PrivateKey: want, Address: crypto.PubkeyToAddress(want.PublicKey)},
		password, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	path := func(name, text string) string {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Setenv("RIGHT", password)
	t.Setenv("WRONG", "horse")
	key := path("key", string(file))
	tests := []struct {
		name string
		key  string
		from Password
		ok   bool
	}{
		{"file", key, Password{File: path("p", password)}, true},
		{"file with a second line", key, Password{File: path("p", password+"\r\nmore\n")}, true},
		{"environment", key, Password{Env: "RIGHT"}, true},
		{"wrong", key, Password{Env: "WRONG"}, false},
		{"not set", key, Password{Env: "NOWHERE_SET"}, false},
		{"neither", key, Password{}, false},
		{"both", key, Password{Env: "RIGHT", File: path("p", password)}, false},
		{"no password file", key, Password{File: "/nowhere"}, false},
		{"no key file", "/nowhere", Password{Env: "RIGHT"}, false},
		{"no key in it", path("key", "{}"), Password{Env: "RIGHT"}, false},
	}
	for _, test := range tests {
		got, err := LoadKey(test.key, test.from)
		if test.ok && (err != nil || !got.Equal(want)) {
			t.Errorf("%s: error %v", test.name, err)
		}
		if !test.ok && (err == nil || KindOf(err) != User || strings.Contains(err.Error(), password)) {
			t.Errorf("%s: error %v of kind %v, want the user's, without the password", test.name, err, KindOf(err))
		}
	}
}
