package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/chain"
)

// faults gathers what is wrong with a configuration: which field, the value, what to do.
type faults []error

// bad notes a value. One that may hold a secret goes to hidden.
func (f *faults) bad(name, value, want string) {
	*f = append(*f, fmt.Errorf("%s %q: %s", name, value, want))
}

// hidden notes a value that is not shown.
func (f *faults) hidden(name, want string) { *f = append(*f, fmt.Errorf("%s: %s", name, want)) }

// Validate says everything that is wrong with a configuration at once: what, the value, what to do. Of the machine it
// looks at nothing but who may read the password files.
func (c Config) Validate() error {
	var f faults
	c.checkChain(&f)
	c.checkKeys(&f)
	if c.Dir == "" {
		f.bad("data", c.Dir, "want a directory")
	}
	if c.Sample == 0 {
		f.bad("sample", "0", "want 1 at least: a mirror that nobody compares is not believed")
	}
	if c.BumpBlocks == 0 {
		f.bad("gas.bump-blocks", "0", "want 1 at least")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		f.bad("log.level", c.LogLevel, "want debug, info, warn or error")
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		f.bad("log.format", c.LogFormat, "want text or json")
	}
	if c.Listen != "" {
		host, _, err := net.SplitHostPort(c.Listen)
		if err != nil {
			f.bad("http.listen", c.Listen, "want host:port")
		} else if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !c.Remote {
			f.bad("http.listen", c.Listen, "other machines would reach it: use 127.0.0.1, or say http.remote")
		}
	}
	return errors.Join(f...)
}

func (c Config) checkChain(f *faults) {
	if c.Agree < 1 || c.Agree > 2 || c.Agree > len(c.RPC) {
		f.bad("chain.agree", strconv.Itoa(c.Agree), "want 1, or 2 with at least two URLs in chain.rpc")
	}
	for i, u := range c.RPC {
		if slices.Contains(c.RPC[:i], u) {
			f.bad("chain.rpc", chain.Redact(u), "stands there twice: an endpoint cannot stand in for itself, nor agree with itself")
		}
	}
	if c.LogRange == 0 {
		f.bad("chain.log-range", "0", "want 1 at least")
	}
	if c.Middleware != (common.Address{}) {
		return
	}
	// All three come from the book then, and what was said here would be passed over in silence.
	if c.Programs != (common.Address{}) {
		f.bad("chain.programs", c.Programs.Hex(), "want chain.middleware, too, or neither: the book has both")
	}
	if c.FirstBlock != 0 {
		f.bad("chain.first-block", strconv.FormatUint(c.FirstBlock, 10), "want chain.middleware, too, or neither: the book has both")
	}
}

func (c Config) checkKeys(f *faults) {
	switch {
	case c.Keystore == "" && c.SignerURL == "":
		f.bad("account.keystore", "", "want a keystore file, or account.signer-url: somebody has to send transactions")
	case c.Keystore != "" && c.SignerURL != "":
		f.bad("account.signer-url", chain.Redact(c.SignerURL), "there is account.keystore, too: want one of the two")
	case c.Keystore != "":
		checkPassword(f, "account.", c.PasswordFile, c.PasswordEnv)
	case c.SignerAddress == (common.Address{}):
		f.bad("account.signer-address", "", "want the address of the remote signer's account")
	}
	if c.BLSKeystore != "" {
		checkPassword(f, "bls.", c.BLSPasswordFile, c.BLSPasswordEnv)
	}
	if c.SignerProtocol != "web3signer" && c.SignerProtocol != "clef" {
		f.bad("account.signer-protocol", c.SignerProtocol, "want web3signer or clef")
	}
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// checkPassword: where a password is, is said in one place; a file is closed to others, and a variable is named. What
// is no name may be the password itself, so it is not shown.
func checkPassword(f *faults, of, file, env string) {
	if (file == "") == (env == "") {
		f.bad(of+"password-file", file, "want this or "+of+"password-env, one of the two")
	}
	if env != "" && !variable.MatchString(env) {
		f.hidden(of+"password-env", "want the name of an environment variable, not the password")
	}
	// One that is not there is missed when it is opened.
	if about, err := os.Stat(file); file != "" && err == nil && about.Mode().Perm()&0o007 != 0 {
		f.bad(of+"password-file", file, fmt.Sprintf("its mode is %04o, everyone on this machine can open it: chmod 600, or 640 for a group",
			about.Mode().Perm()))
	}
}

// Format writes a configuration without the secrets that URLs hold, whatever the verb: one that is printed by mistake
// gives no token away.
func (c Config) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(c.String())) }

// String is all values, URLs as chain.Redact shows them.
func (c Config) String() string {
	type plain Config // without methods, else this would call itself
	p := plain(c)
	p.RPC = slices.Clone(c.RPC)
	for i, u := range p.RPC {
		p.RPC[i] = chain.Redact(u)
	}
	if p.SignerURL != "" {
		p.SignerURL = chain.Redact(p.SignerURL)
	}
	return strings.TrimSpace(fmt.Sprintf("%+v", p))
}

// MarshalText is String, for logs: slog and encoding/json ask for it.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
