package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/gear-tech/roster/internal/chain"
)

// The environment's words for who sends: cast's, with its meanings. ETH_PASSWORD is the path of a file there, too.
const (
	keystoreEnv = "ETH_KEYSTORE"
	accountEnv  = "ETH_KEYSTORE_ACCOUNT"
	passwordEnv = "ETH_PASSWORD"
	senderEnv   = "ETH_FROM"
)

// clefDefault is where clef listens when it is told nothing else.
const clefDefault = "http://127.0.0.1:8550"

// walletFlags say who sends. A private key is never among them: a command line is seen by everybody on the machine.
type walletFlags struct {
	account, keystore         string
	passwordFile, passwordEnv string
	signerURL, signerProtocol string
	ledger                    bool
	sender                    string
	ask                       func(what string) (string, error) // for a password; nil: askTerminal
	lookup                    func(name string) string          // of the environment; nil: os.Getenv
	foundry                   string                            // folder of named keystores; empty: the home folder's
}

func (w *walletFlags) flags(flags *pflag.FlagSet) {
	flags.StringVar(&w.account, "account", "", "`name` of a keystore in ~/.foundry/keystores, as cast has it ("+accountEnv+"); with --devnet: of an account in its file, the last one when not given")
	flags.StringVar(&w.keystore, "keystore", "", "keystore `file` of the account that sends ("+keystoreEnv+")")
	flags.StringVar(&w.passwordFile, "password-file", "", "`file` whose first line is the keystore's password ("+passwordEnv+" has its path); without any, a terminal is asked")
	flags.StringVar(&w.passwordEnv, "password-env", "", "environment `variable` with the keystore's password")
	flags.StringVar(&w.signerURL, "signer-url", "", "`URL` of a signer that has the key of --from: https, or of this machine")
	flags.StringVar(&w.signerProtocol, "signer-protocol", string(chain.Web3Signer), "what the signer speaks: web3signer or clef")
	flags.BoolVar(&w.ledger, "ledger", false, "sign with a Ledger through clef, at "+clefDefault+" unless --signer-url says otherwise; clef asks for each signature")
	flags.StringVar(&w.sender, "from", "", "`address` of the account that sends ("+senderEnv+"): whose key the signer has, or with --calldata who will send; a keystore must be of it")
}

// wallet is who sends: a signer, or with calldata alone an address.
type wallet struct {
	signer chain.Signer // nil: nobody
	from   common.Address
}

// open finds the signer. What flags say goes before the environment; with a devnet's file the environment's accounts do not
// count, for they are of other chains. acting: somebody is to send, else only the address is read.
func (w walletFlags) open(ctx context.Context, devnet *devnetFile, acting bool) (wallet, error) {
	from, err := w.from(devnet != nil)
	if err != nil || !acting {
		return wallet{from: from}, err
	}
	signer, err := w.signer(ctx, devnet, from)
	if err != nil {
		return wallet{}, err
	}
	if from != (common.Address{}) && signer.Address() != from {
		return wallet{}, fmt.Errorf("--from %v: the key is that of %v; name the keystore of %v, or leave --from (and %s) out", from, signer.Address(), from, senderEnv)
	}
	return wallet{signer, signer.Address()}, nil
}

// env looks into the environment.
func (w walletFlags) env(name string) string {
	if w.lookup != nil {
		return w.lookup(name)
	}
	return os.Getenv(name)
}

// from is the address of whom the flags or the environment name, zero for nobody.
func (w walletFlags) from(devnet bool) (at common.Address, err error) {
	if w.sender != "" {
		return at, readAddress(&at, "from", w.sender)
	}
	if text := w.env(senderEnv); text != "" && !devnet {
		if err := readAddress(&at, "from", text); err != nil {
			return at, fmt.Errorf("%s: %w", senderEnv, err)
		}
	}
	return at, nil
}

func (w walletFlags) signer(ctx context.Context, devnet *devnetFile, from common.Address) (chain.Signer, error) {
	remote := w.ledger || w.signerURL != ""
	switch {
	case w.keystore != "" && w.account != "", remote && (w.keystore != "" || w.account != ""):
		return nil, errors.New("--keystore, --account and a signer (--signer-url, --ledger) are three ways to say who sends: name one")
	case remote:
		return w.remote(ctx, from)
	case w.keystore != "":
		return w.unlock("--keystore", w.keystore)
	case devnet != nil:
		key, err := devnet.key(w.account)
		if err != nil {
			return nil, err
		}
		return chain.NewKeySigner(key), nil
	case w.account != "":
		return w.named("--account", w.account)
	}
	file, name := w.env(keystoreEnv), w.env(accountEnv)
	switch {
	case file != "" && name != "":
		return nil, fmt.Errorf("%s and %s are both set: unset one, or name --keystore", keystoreEnv, accountEnv)
	case file != "":
		return w.unlock(keystoreEnv, file)
	case name != "":
		return w.named(accountEnv, name)
	}
	return nil, fmt.Errorf("nobody to send: name --keystore, --account, --signer-url or --ledger (or set %s or %s), or --devnet with an account; "+
		"--calldata writes the transactions for another wallet", keystoreEnv, accountEnv)
}

// remote is a signer in another process.
func (w walletFlags) remote(ctx context.Context, from common.Address) (chain.Signer, error) {
	if from == (common.Address{}) {
		return nil, fmt.Errorf("--signer-url and --ledger: name the account whose key is there with --from or %s", senderEnv)
	}
	url, protocol := w.signerURL, chain.Protocol(w.signerProtocol)
	if w.ledger {
		protocol = chain.Clef
		if url == "" {
			url = clefDefault
		}
	}
	return chain.NewRemoteSigner(ctx, url, from, protocol)
}

// named is a keystore of foundry's folder.
func (w walletFlags) named(said, name string) (chain.Signer, error) {
	if filepath.Base(name) != name {
		return nil, fmt.Errorf("%s %s: want the name of a keystore, not a path; --keystore takes a path", said, name)
	}
	folder := w.foundry
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", said, name, err)
		}
		folder = filepath.Join(home, ".foundry", "keystores")
	}
	return w.unlock(said, filepath.Join(folder, name))
}

// unlock opens a keystore; said is how it was named.
func (w walletFlags) unlock(said, path string) (chain.Signer, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s: %w", said, err)
	} else if info.IsDir() {
		return nil, fmt.Errorf("%s %s: is a folder; name a file in it", said, path)
	}
	if w.passwordFile != "" && w.passwordEnv != "" {
		return nil, errors.New("--password-file and --password-env: name one of the two")
	}
	file := w.passwordFile
	if file == "" && w.passwordEnv == "" {
		file = w.env(passwordEnv)
	}
	if file != "" || w.passwordEnv != "" {
		key, err := chain.LoadKey(path, chain.Password{File: file, Env: w.passwordEnv})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", said, err)
		}
		return chain.NewKeySigner(key), nil
	}
	ask := w.ask
	if ask == nil {
		ask = askTerminal
	}
	password, err := ask("Password of " + path + ": ")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", said, err)
	}
	key, err := chain.UnlockKey(path, password)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", said, err)
	}
	return chain.NewKeySigner(key), nil
}

// askTerminal asks whoever sits at the terminal, and shows nothing of the answer.
func askTerminal(what string) (string, error) {
	return askAt(os.Stdin, os.Stderr, what)
}

func askAt(in, out *os.File, what string) (string, error) {
	if !term.IsTerminal(int(in.Fd())) {
		return "", fmt.Errorf("name its password with --password-file or --password-env, or set %s to the path of a password file: there is no terminal to ask at", passwordEnv)
	}
	fmt.Fprint(out, what)
	text, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(out)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
