// Command artifacts copies what the devnet needs of Symbiotic's compiled contracts out of the installed npm
// packages into internal/devnet/artifacts, one slim JSON file {abi, bytecode} per contract.
//
// Usage, from the repository's root: go run ./internal/tools/artifacts
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

const (
	from = "contracts/node_modules/@symbioticfi/rewards/out"
	into = "internal/devnet/artifacts"
)

// contracts are those that internal/devnet deploys; Token is Symbiotic's test ERC-20, for our own tests.
var contracts = []string{
	"DefaultOperatorRewards", "DefaultOperatorRewardsFactory", "DelegatorFactory", "FullRestakeDelegator",
	"NetworkMiddlewareService", "NetworkRegistry", "NetworkRestakeDelegator",
	"OperatorNetworkSpecificDelegator", "OperatorRegistry", "OperatorSpecificDelegator", "OptInService",
	"Slasher", "SlasherFactory", "Token", "Vault", "VaultConfigurator", "VaultFactory", "VetoSlasher",
}

func main() {
	for _, name := range contracts {
		if err := slim(name); err != nil {
			fmt.Fprintf(os.Stderr, "artifacts: %v (is contracts/node_modules installed? run: make build)\n", err)
			os.Exit(1)
		}
	}
	fmt.Printf("%d artifacts in %s\n", len(contracts), into)
}

// slim writes the artifact of one contract, and nothing when it stands there already.
func slim(name string) error {
	raw, err := os.ReadFile(filepath.Join(from, name+".sol", name+".json"))
	if err != nil {
		return fmt.Errorf("read artifact %s: %w", name, err)
	}
	var full struct {
		ABI      json.RawMessage `json:"abi"`
		Bytecode struct {
			Object         string                     `json:"object"`
			LinkReferences map[string]json.RawMessage `json:"linkReferences"`
		} `json:"bytecode"`
	}
	if err := json.Unmarshal(raw, &full); err != nil {
		return fmt.Errorf("parse artifact %s: %w", name, err)
	}
	if len(full.Bytecode.Object) <= 2 || len(full.Bytecode.LinkReferences) > 0 {
		return fmt.Errorf("artifact %s: %d bytes of code and %d unlinked libraries; want code and none",
			name, len(full.Bytecode.Object)/2, len(full.Bytecode.LinkReferences))
	}
	out, err := json.Marshal(map[string]any{"abi": full.ABI, "bytecode": full.Bytecode.Object})
	if err != nil {
		return fmt.Errorf("write artifact %s: %w", name, err)
	}
	path := filepath.Join(into, name+".json")
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, out) {
		return nil // an unchanged file keeps its time, and Go its build cache
	}
	return os.WriteFile(path, out, 0o644)
}
