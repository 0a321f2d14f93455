package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
)

func newKeys() *cobra.Command {
	c := &cobra.Command{Use: "keys", Short: "Make the keys of an account and of an Executor", Args: noArguments,
		Example: "  roster keys new --out operator.json --password-file password\n  roster keys new --bls --out bls.json --password-file password",
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() }}
	var file, passwordFile, passwordEnv string
	var forBLS bool
	n := &cobra.Command{
		Use: "new", Short: "Make a key from the system's randomness and write it to a keystore file", Args: noArguments,
		Long: `new makes a secret key and writes it, under a password, to a keystore file of version 3 that only you can read. A file
that is there is not replaced. Without --bls it is the key of an Ethereum account, which sends and pays; with --bls that
of an Executor, which signs statements. Keep a copy of both where nobody else finds them.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return usage(c, errors.New("name the file to write with --out"))
			}
			password := chain.Password{File: passwordFile, Env: passwordEnv}
			if _, err := os.Lstat(file); err == nil {
				return usage(c, fmt.Errorf("--out %s: there is a file of that name, which is not replaced", file))
			}
			if forBLS {
				key, err := bls.NewSecretKey()
				if err != nil {
					return err
				}
				secret := key.Bytes()
				if err := chain.SaveSecretUnder(file, password, secret[:]); err != nil {
					return usage(c, err)
				}
				fmt.Fprintf(c.OutOrStdout(), "%s holds the BLS key %s\n", file, key.PublicKey().Hash())
				return nil
			}
			key, err := crypto.GenerateKey()
			if err != nil {
				return err
			}
			if err := chain.SaveSecretUnder(file, password, crypto.FromECDSA(key)); err != nil {
				return usage(c, err)
			}
			fmt.Fprintf(c.OutOrStdout(), "%s holds the key of %s\n", file, crypto.PubkeyToAddress(key.PublicKey))
			return nil
		},
	}
	n.Flags().StringVar(&file, "out", "", "`file` to write the key to")
	n.Flags().BoolVar(&forBLS, "bls", false, "the key of an Executor, in place of an account's")
	n.Flags().StringVar(&passwordFile, "password-file", "", "`file` whose first line is the password")
	n.Flags().StringVar(&passwordEnv, "password-env", "", "environment `variable` with the password")
	c.AddCommand(n, newKeysEndpoint(), &cobra.Command{
		Use: "address FILE", Short: "Print the address of an account's keystore file, without its password", Args: cobra.ExactArgs(1),
		Example: "  OPERATOR=$(roster keys address operator.json)",
		RunE: func(c *cobra.Command, args []string) error {
			at, err := keystoreAddress(args[0])
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), at)
			}
			return err
		},
	})
	return c
}

// keystoreAddress is what a keystore file says of itself, unproven.
func keystoreAddress(path string) (at common.Address, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return at, fmt.Errorf("read keystore: %w", err)
	}
	var k struct{ Address string }
	if err := json.Unmarshal(text, &k); err != nil || !common.IsHexAddress(k.Address) {
		return at, fmt.Errorf("keystore %s: it does not say its address", path)
	}
	return common.HexToAddress(k.Address), nil
}

func newKeysEndpoint() *cobra.Command {
	var file string
	var password chain.Password
	c := &cobra.Command{
		Use: "endpoint HOST:PORT", Short: "Print the endpoint to register for a node with this BLS key", Args: cobra.ExactArgs(1),
		Long: `endpoint prints the multiaddr that an operator registers for a node whose peers.listen is HOST:PORT, or which others reach there: its
peer id follows from the BLS key. The node says the same when it starts.`,
		Example: "  roster keys endpoint 192.0.2.1:30303 --bls-keystore bls.json --bls-password-file password",
		RunE: func(c *cobra.Command, args []string) error {
			key, err := openBLS(file, password)
			if err != nil {
				return usage(c, err)
			}
			endpoint, err := app.Endpoint(args[0], key.Bytes())
			if err != nil {
				return usage(c, err)
			}
			fmt.Fprintln(c.OutOrStdout(), endpoint)
			return nil
		},
	}
	c.Flags().StringVar(&file, "bls-keystore", "", "keystore `file` of the Executor's BLS key")
	c.Flags().StringVar(&password.File, "bls-password-file", "", "`file` whose first line is its password")
	c.Flags().StringVar(&password.Env, "bls-password-env", "", "environment `variable` with its password")
	return c
}
