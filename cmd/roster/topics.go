package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// topics are pages of help that are no commands.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What a command's exit status says", Long: exitCodes},
		{Use: "json", Short: "What --json writes, and how it may change", Long: jsonWords},
		{Use: "wallets", Short: "Who sends: keystores, signers, a Ledger, a Safe", Long: wallets},
	}
}

const exitCodes = `Exit codes

  0  it is done, or what was asked for is so
  1  it was tried and did not work, a check failed, or it was interrupted
  2  it was called wrongly, and nothing was tried; of doctor also: it cannot tell

What stands on stdout is the answer; what went wrong, and what to do about it, is on stderr. A command that sends several
transactions and fails in the middle ends with 1: what was done before stays, and calling it again does the rest.

More exactly:

  doctor               0 all is well, 1 there are findings, 2 it cannot tell
  reward verify        0 every root is right, 1 one is not, or it could not be computed
  slash judge          0 one side is right, 1 neither is, or it could not be found out
  vault check          0 nothing speaks against the vault, 1 something does
  an act (join, …)     0 all is done, or nothing was left to do, or --dry-run or --calldata showed it; 1 refused or failed,
                       also when nobody answered whether to send`

const jsonWords = `JSON

Commands that answer a question take --json, and write one object. Its schema says what it is, and in which version:
roster.vault/1 is the first of roster vault show. Fields may be added to a version; what a field means changes only with the
version. A list is in items, of an object like any other. (doctor has a number for its schema; reward export --format json
is a file of rows, as its CSV is.)

Amounts are decimal texts of base units, for JSON's numbers are not exact: of wVARA, or where a vault is named of its
collateral. Moments are Unix seconds, durations seconds. Addresses and hashes are hex with 0x.`

const wallets = `Who sends

Every command that sends takes one of these; what a flag says goes before the environment, whose variables mean what they
mean to cast:

  --keystore FILE      an encrypted keystore (ETH_KEYSTORE)
  --account NAME       the keystore of that name in ~/.foundry/keystores (ETH_KEYSTORE_ACCOUNT); cast wallet import makes one
  --signer-url URL     a signer that has the key of --from: web3signer, or clef with --signer-protocol clef
  --ledger             a Ledger, through clef: its key never leaves it
  --devnet FILE        an account of that devnet, the last one or --account NAME; then the environment's are not looked at

A keystore's password is the first line of --password-file (ETH_PASSWORD has the path of such a file), or the value of the
variable that --password-env names; else whoever is at the terminal is asked. There is no flag for a private key or a
password: others on the machine see command lines.

--from ADDRESS (ETH_FROM) says whose key a signer has. With a keystore it must be the keystore's: a guard against the wrong
one. --chain-id NUMBER refuses an endpoint on another chain.

A Ledger: start clef, which speaks to it (a program of its own since geth 1.17.4), and name the account; clef shows each
transaction and asks, then the Ledger does. It has a minute for both.

  clef --chainid 1 --http
  roster staker deposit 500wVARA --vault 0x… --ledger --from 0x… --rpc-url … --middleware 0x… --programs 0x…

A Safe, or any other wallet: --calldata --from ADDRESS sends nothing, and writes where each transaction goes and its data, in
their order.`

// writeTopics writes the topics as sections of the manual.
func writeTopics(out io.Writer) {
	for _, t := range topics() {
		fmt.Fprintf(out, "## roster help %s\n\n%s\n\n```\n%s\n```\n\n", t.Name(), t.Short, t.Long)
	}
}
