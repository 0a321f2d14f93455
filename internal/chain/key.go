package chain

import (
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"
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

// LoadSecret opens a keystore version 3 file that holds any 32 bytes: a BLS key is kept like an account's.
func LoadSecret(path string, p Password) ([]byte, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read key: %w", err)}
	}
	password, err := p.read()
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	var k struct {
		Crypto keystore.CryptoJSON `json:"crypto"`
	}
	if err := json.Unmarshal(file, &k); err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: no keystore file: %w", path, err)}
	}
	secret, err := keystore.DecryptDataV3(k.Crypto, password)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	return secret, nil
}

// SaveSecretUnder is SaveSecret with the password read from where it is, and hard to break. An empty password is refused.
func SaveSecretUnder(path string, p Password, secret []byte) error {
	password, err := p.read()
	if err == nil && password == "" {
		err = errors.New("the password is empty")
	}
	if err != nil {
		return &Error{User, fmt.Errorf("write key %s: %w", path, err)}
	}
	return SaveSecret(path, password, secret, false)
}

// SaveSecret writes 32 bytes as a keystore version 3 file that only its owner can read; light makes it quick to open
// and easy to break, for devnets. A file that is there is not replaced.
func SaveSecret(path, password string, secret []byte, light bool) error {
	n, p := keystore.StandardScryptN, keystore.StandardScryptP
	if light {
		n, p = keystore.LightScryptN, keystore.LightScryptP
	}
	sealed, err := keystore.EncryptDataV3(secret, []byte(password), n, p)
	if err != nil {
		return &Error{Fatal, fmt.Errorf("write key %s: %w", path, err)}
	}
	id := crypto.Keccak256([]byte(sealed.MAC)) // the format wants one; nobody looks it up
	k := map[string]any{"version": 3, "id": fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16]), "crypto": sealed}
	if key, err := crypto.ToECDSA(secret); err == nil {
		k["address"] = strings.TrimPrefix(strings.ToLower(crypto.PubkeyToAddress(key.PublicKey).Hex()), "0x")
	}
	text, err := json.Marshal(k)
	if err != nil {
		return &Error{Fatal, fmt.Errorf("write key %s: %w", path, err)}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return &Error{User, fmt.Errorf("write key: %w", err)}
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return &Error{User, fmt.Errorf("write key %s: %w", path, err)}
	}
	return nil
}

// LoadKey opens a keystore version 3 file, as geth and every other wallet writes it.
func LoadKey(path string, p Password) (*ecdsa.PrivateKey, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, &Error{User, fmt.Errorf("read key: %w", err)}
	}
	password, err := p.read()
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	return UnlockKey(path, password)
}

// UnlockKey is LoadKey with a password that somebody typed.
func UnlockKey(path, password string) (*ecdsa.PrivateKey, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("read key: %w", err)}
	}
	key, err := keystore.DecryptKey(file, password)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("open key %s: %w", path, err)}
	}
	return key.PrivateKey, nil
}
