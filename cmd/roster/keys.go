package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

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
	c.AddCommand(n)
	return c
}
