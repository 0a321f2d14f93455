// Command bindings writes internal/chain/bindings: what Go needs to call our contracts and Symbiotic's, made
// with go-ethereum's abigen (version 2: pack and unpack, no hidden calls) from forge's output. The same
// contracts give the same bytes on every machine.
//
// Usage, from the repository's root, after `forge build`: go run ./internal/tools/bindings [-strict]
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ours are the contracts of contracts/src/*.sol: bound with the bytecode that deploys them. To add one, write
// its name here.
var ours = []string{"Middleware", "Offences", "Operators", "Programs", "Rewards", "Router", "WrappedVara"}

// theirs are Symbiotic's, bound from the interface I<name> of contracts/src/symbiotic, without bytecode.
// InheritedErrors is no contract: it names the reverts that come from OpenZeppelin.
var theirs = []string{
	"DefaultOperatorRewards", "DefaultOperatorRewardsFactory", "FullRestakeDelegator", "InheritedErrors",
	"NetworkMiddlewareService", "NetworkRegistry", "NetworkRestakeDelegator",
	"OperatorNetworkSpecificDelegator", "OperatorRegistry", "OperatorSpecificDelegator", "OptInService",
	"Slasher", "Vault", "VaultConfigurator", "VaultFactory", "VetoSlasher",
}

func main() {
	forge := flag.String("forge", "contracts/out", "forge's output `directory`")
	into := flag.String("into", "internal/chain/bindings", "`directory` to write to")
	strict := flag.Bool("strict", false, "fail when one of our contracts does not exist")
	flag.Parse()
	if err := run(*forge, *into, *strict); err != nil {
		fmt.Fprintf(os.Stderr, "bindings: %v\n", err)
		os.Exit(1)
	}
}

// run reads every contract of the list, generates, and makes the directory hold exactly the result.
func run(forge, into string, strict bool) error {
	var list []contract
	for _, name := range ours {
		c, err := read(forge, name, name, true)
		if errors.Is(err, fs.ErrNotExist) && !strict {
			fmt.Printf("bindings: skip %s: forge has not built it (no %s.sol yet?)\n", name, name)
			continue
		}
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	for _, name := range theirs {
		c, err := read(forge, name, "I"+name, false)
		if err != nil {
			return err
		}
		list = append(list, c)
	}
	files, err := generate(list)
	if err != nil {
		return err
	}
	return write(into, files)
}

// contract is one entry of forge's output.
type contract struct {
	name     string // in Go
	abi      string // compact JSON
	bytecode string // hex with 0x, empty when it is not deployed by us
}

// read takes the contract sol from sol.sol's artifact.
func read(forge, name, sol string, deploy bool) (contract, error) {
	path := filepath.Join(forge, sol+".sol", sol+".json")
	raw, err := os.ReadFile(path)
	if err != nil {
		return contract{}, fmt.Errorf("read %s: %w", sol, err)
	}
	var file struct {
		ABI      json.RawMessage `json:"abi"`
		Bytecode struct {
			Object         string                     `json:"object"`
			LinkReferences map[string]json.RawMessage `json:"linkReferences"`
		} `json:"bytecode"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return contract{}, fmt.Errorf("parse %s: %w", path, err)
	}
	abi, err := sorted(file.ABI)
	if err != nil {
		return contract{}, fmt.Errorf("parse the ABI in %s: %w", path, err)
	}
	c := contract{name: name, abi: abi}
	if !deploy {
		return c, nil
	}
	if len(file.Bytecode.Object) <= 2 || len(file.Bytecode.LinkReferences) > 0 {
		return contract{}, fmt.Errorf("%s: %d bytes of code and %d unlinked libraries; want code and none",
			path, len(file.Bytecode.Object)/2, len(file.Bytecode.LinkReferences))
	}
	c.bytecode = file.Bytecode.Object
	return c, nil
}

// sorted returns an ABI as compact JSON, its entries by type, name and number of inputs: abigen numbers functions
// of one name in the order it meets them, and the one with the fewest arguments should have the plain name.
func sorted(raw json.RawMessage) (string, error) {
	type entry struct {
		Type, Name string
		Inputs     []json.RawMessage
		text       string
	}
	var texts []json.RawMessage
	if err := json.Unmarshal(raw, &texts); err != nil {
		return "", err
	}
	entries := make([]entry, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal(text, &entries[i]); err != nil {
			return "", err
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, text); err != nil {
			return "", err
		}
		entries[i].text = compact.String()
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name),
			cmp.Compare(len(a.Inputs), len(b.Inputs)), cmp.Compare(a.text, b.text))
	})
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = e.text
	}
	return "[" + strings.Join(parts, ",") + "]", nil
}

// write makes dir hold these generated files and no other, leaving hand-written ones alone. A file that would
// not change is not touched.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.gen.go"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, keep := files[filepath.Base(path)]; !keep {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(dir, name)
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, files[name]) {
			continue
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}
