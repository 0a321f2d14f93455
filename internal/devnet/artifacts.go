package devnet

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

//go:embed artifacts
var artifacts embed.FS

var errNoArtifacts = errors.New("Symbiotic's compiled contracts are not in this binary; run: make build")

// artifact is one of Symbiotic's compiled contracts.
type artifact struct {
	abi  abi.ABI
	code []byte // of deployment, without constructor arguments
}

// readArtifact returns an embedded contract by its name.
func readArtifact(name string) (artifact, error) {
	raw, err := artifacts.ReadFile("artifacts/" + name + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		return artifact{}, fmt.Errorf("read artifact %s: %w", name, errNoArtifacts)
	}
	if err != nil {
		return artifact{}, fmt.Errorf("read artifact %s: %w", name, err)
	}
	var file struct {
		ABI      json.RawMessage `json:"abi"`
		Bytecode string          `json:"bytecode"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return artifact{}, fmt.Errorf("read artifact %s: %w", name, err)
	}
	parsed, err := abi.JSON(bytes.NewReader(file.ABI))
	if err != nil {
		return artifact{}, fmt.Errorf("read artifact %s: %w", name, err)
	}
	return artifact{abi: parsed, code: common.FromHex(file.Bytecode)}, nil
}

// deployment returns the data of a transaction that deploys the contract with these constructor arguments.
func (a artifact) deployment(args ...any) ([]byte, error) {
	packed, err := a.abi.Pack("", args...)
	if err != nil {
		return nil, fmt.Errorf("pack constructor arguments: %w", err)
	}
	return append(bytes.Clone(a.code), packed...), nil
}
