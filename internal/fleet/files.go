package fleet

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// WriteNodes writes for each operator of a devnet what `roster node` needs to be it: a directory with keystores, their
// password and a configuration. The keys are the devnet's, which anyone can compute: so the password is no secret.
func WriteNodes(dir string, n *devnet.Network, team []*devnet.Operator, url string) ([]string, error) {
	var configs []string
	for i, o := range team {
		path := filepath.Join(dir, fmt.Sprintf("operator-%d", i))
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, fmt.Errorf("write nodes: %w", err)
		}
		config := filepath.Join(path, "node.yaml")
		if _, err := os.Stat(config); err == nil {
			// Of an earlier devnet, whose chain is gone: a store and a journal of it would be of another history.
			if err := os.RemoveAll(filepath.Join(path, "data")); err != nil {
				return nil, fmt.Errorf("write nodes: %w", err)
			}
		}
		key, err := accountKey(n, o.Sender.From())
		if err != nil {
			return nil, err
		}
		secret := o.Key.Bytes()
		for name, bytes := range map[string][]byte{"account.json": crypto.FromECDSA(key.Key), "bls.json": secret[:]} {
			file := filepath.Join(path, name)
			if _, err := os.Stat(file); err == nil { // of an earlier devnet of this seed: keys do not change
				if err := os.Remove(file); err != nil {
					return nil, fmt.Errorf("write nodes: %w", err)
				}
			}
			if err := chain.SaveSecret(file, devnetPassword, bytes, true); err != nil {
				return nil, err
			}
		}
		if err := os.WriteFile(filepath.Join(path, "password"), []byte(devnetPassword+"\n"), 0o600); err != nil {
			return nil, fmt.Errorf("write nodes: %w", err)
		}
		if err := os.WriteFile(config, []byte(nodeYAML(n, path, url, i)), 0o600); err != nil {
			return nil, fmt.Errorf("write nodes: %w", err)
		}
		configs = append(configs, config)
	}
	return configs, nil
}

// devnetPassword protects nothing: the keys follow from the seed.
const devnetPassword = "devnet"

func accountKey(n *devnet.Network, of common.Address) (devnet.Account, error) {
	for i := 0; i < n.Accounts(); i++ {
		if a := n.Account(i); a.Address == of {
			return a, nil
		}
	}
	return devnet.Account{}, fmt.Errorf("no account of the devnet is %v", of)
}

// firstPort is where the first node of a devnet answers /healthz.
const firstPort = 9635

func nodeYAML(n *devnet.Network, path, url string, i int) string {
	at := n.Roster.At
	return fmt.Sprintf(`# Operator %d of a devnet. Its keys are public; see docs/config.md for every name.
chain:
  rpc: [%s]
  id: %d
  middleware: "0x%s"
  programs: "0x%s"
  first-block: %d
data: %s
account:
  keystore: %s
  password-file: %s
bls:
  keystore: %s
  password-file: %s
peers:
  listen: 127.0.0.1:%d
turn-delay: 2
poll: 250ms
http:
  listen: 127.0.0.1:%d
`, i, url, devnet.ChainID, hex.EncodeToString(at.Middleware[:]), hex.EncodeToString(at.Programs[:]), n.Roster.FirstBlock,
		quoted(filepath.Join(path, "data")), quoted(filepath.Join(path, "account.json")), quoted(filepath.Join(path, "password")),
		quoted(filepath.Join(path, "bls.json")), quoted(filepath.Join(path, "password")), devnet.FirstPeerPort+i, firstPort+i)
}

// quoted is a text as YAML takes it whatever is in it: JSON strings are YAML.
func quoted(s string) string { return fmt.Sprintf("%q", s) }
