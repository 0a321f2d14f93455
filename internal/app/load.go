package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gear-tech/roster/internal/chain"
)

// Load reads the configuration: flags over the environment over the file over the defaults. path may be empty; flags
// are those that were given, by Field.Flag; environment looks a variable up, as os.LookupEnv does. Everything that is
// wrong comes back at once, and names where it stands.
func Load(path string, environment func(string) (string, bool), flags map[string]string) (Config, error) {
	var c Config
	var all []error
	file, err := readFile(path)
	if err != nil {
		return c, &chain.Error{Kind: chain.User, Err: err}
	}
	for _, f := range fields {
		value, from := f.Default, "default"
		if v, ok := file[f.Name]; ok {
			value, from = v.value, fmt.Sprintf("%s, line %d", path, v.line)
		}
		if v, ok := environment(f.Env()); ok {
			value, from = v, f.Env()
		}
		if v, ok := flags[f.Flag()]; ok {
			value, from = v, "--"+f.Flag()
		}
		if err := f.set(&c, value); err != nil {
			shown := fmt.Sprintf(" %q", value)
			if f.Name == "chain.rpc" { // may hold a token
				shown = ""
			}
			all = append(all, fmt.Errorf("%s%s (%s): %w", f.Name, shown, from, err))
		}
	}
	if len(all) == 0 {
		all = append(all, c.Validate())
	}
	if err := errors.Join(all...); err != nil {
		return c, &chain.Error{Kind: chain.User, Err: err}
	}
	return c, nil
}

// located is a value of the file and its line.
type located struct {
	value string
	line  int
}

// readFile flattens a YAML file to names with dots. A name that no field has is an error with its line, for a typo in it
// would silently be a default.
func readFile(path string) (map[string]located, error) {
	values := map[string]located{}
	if path == "" {
		return values, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	var root, more yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(raw))
	if err := documents.Decode(&root); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the configuration %s: %w", path, err)
	}
	if documents.Decode(&more) == nil {
		return nil, fmt.Errorf("read the configuration %s: line %d: a second document begins: want one", path, more.Line)
	}
	if len(root.Content) == 0 { // an empty file
		return values, nil
	}
	if err := flatten(root.Content[0], "", values); err != nil {
		return nil, fmt.Errorf("read the configuration %s: %w", path, err)
	}
	return values, nil
}

func flatten(n *yaml.Node, prefix string, into map[string]located) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want names with values", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := prefix+n.Content[i].Value, n.Content[i+1]
		if value.Kind == yaml.MappingNode {
			if err := flatten(value, name+".", into); err != nil {
				return err
			}
			continue
		}
		f, known := fieldOf(name)
		if !known {
			return fmt.Errorf("line %d: nothing is called %q; docs/config.md lists all names", n.Content[i].Line, name)
		}
		if _, twice := into[name]; twice {
			return fmt.Errorf("line %d: %q stands there twice", n.Content[i].Line, name)
		}
		v := located{value.Value, value.Line}
		if value.Kind == yaml.AliasNode { // its text would be the anchor's name
			return fmt.Errorf("line %d: %q is a reference to %q: write the value", value.Line, name, value.Value)
		}
		if value.Kind == yaml.SequenceNode {
			if !f.List {
				return fmt.Errorf("line %d: %q is one value, not a list", value.Line, name)
			}
			var parts []string
			for _, part := range value.Content {
				if part.Kind != yaml.ScalarNode {
					return fmt.Errorf("line %d: want plain values in the list %q", part.Line, name)
				}
				parts = append(parts, part.Value)
			}
			v.value = strings.Join(parts, ",")
		}
		into[name] = v
	}
	return nil
}

func fieldOf(name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// ConfigMarkdown is docs/config.md.
func ConfigMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration of a node

Generated from internal/app/config.go by ` + "`make gen`" + `; do not edit.

` + "`roster node`" + ` takes each value from the first of these that has it: the flag, the environment, the file that
` + "`--config`" + ` names, the default. Names in the file are nested at the dots. Lists are lists in the file, and stand
between commas elsewhere. No value is a secret: keys are named by their files, passwords by a file or a variable.

    chain:
      rpc: [http://127.0.0.1:8545]
    data: /var/lib/roster
    account:
      keystore: /etc/roster/account.json
      password-file: /etc/roster/account.password

| in the file | flag | environment | default | meaning |
| --- | --- | --- | --- | --- |
`)
	for _, f := range fields {
		value := "–"
		if f.Default != "" {
			value = "`" + f.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | `%s` | %s | %s |\n", f.Name, f.Flag(), f.Env(), value, strings.ReplaceAll(f.Usage, "`", ""))
	}
	return b.String()
}
