package chain

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
)

// Password says where the password of a key is: a file's first line, or an environment variable. One of the two.
type Password struct {
	File string // path
	Env  string // name of the variable
}

// read returns the password. Its text never becomes part of an error.
func (p Password) read() (string, error) {
	switch {
	case (p.File == "") == (p.Env == ""):
		return "", errors.New("name a password file or an environment variable, one of the two")
	case p.Env != "":
		password, ok := os.LookupEnv(p.Env)
		if !ok {
			return "", fmt.Errorf("environment variable %s is not set", p.Env)
		}
		return password, nil
	}
	text, err := os.ReadFile(p.File)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// LoadKey opens a keystore version 3 file, as geth and every other wallet writes it.
func LoadKey(path string, p Password) (*ecdsa.PrivateKey, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read key: %w", err)}
	}
	password, err := p.read()
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	key, err := keystore.DecryptKey(file, password)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	return key.PrivateKey, nil
}
