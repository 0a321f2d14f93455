package doctor

import "github.com/gear-tech/roster/core"

// Of an operator.
var (
	notSymbioticOperator = core.Reason{Code: "not_symbiotic_operator", Short: "not in Symbiotic's OperatorRegistry",
		Long: "The address is no operator in Symbiotic. Call OperatorRegistry.registerOperator from it."}
	notOptedInNetwork = core.Reason{Code: "not_opted_in_network", Short: "not opted in to the network",
		Long: "Without the operator's consent Symbiotic counts all its stake for the network as 0. Call optIn(middleware) at the operator-network opt-in service."}
	notRegistered = core.Reason{Code: "not_registered", Short: "not registered in the set",
		Long: "The operator is not in this operator set: not yet, or it has left. Call Operators.registerOperator before the next capture."}
	paused = core.Reason{Code: "paused", Short: "paused",
		Long: "A paused operator is not elected. Call Operators.resume before the next capture."}
	jailed = core.Reason{Code: "jailed", Short: "jailed",
		Long: "An offence of the operator is on record, and its jail lasts beyond the next capture. It ends by itself; then resume if the operator is paused too. Find out why the key signed twice before it signs again."}
	keyFile = core.Reason{Code: "key_file", Short: "key file cannot be read",
		Long: "The BLS key file holds 32 bytes as hex, with or without 0x, or is a keystore version 3 of those bytes. Correct --bls-key, the file, or where its password is."}
	noKey = core.Reason{Code: "no_key", Short: "no key registered",
		Long: "The operator has no BLS key in the set. Call Operators.registerOperator with a key and its proof of possession."}
	keyMismatch = core.Reason{Code: "key_mismatch", Short: "another key is registered",
		Long: "What this key signs is not the operator's signature: it earns nothing. Use the registered key, or register another by Operators.rotateKey. No key can be registered twice, so an older one never comes back."}
	contactUnusable = core.Reason{Code: "contact_unusable", Short: "registered endpoint is no peer's address",
		Long: "Other Executors reach the operator at the endpoint that it registered, which must be a multiaddr with its peer id, as /ip4/192.0.2.1/tcp/30303/p2p/12D3Koo…; roster keys endpoint says which, as does the node when it starts. Register it with roster operator endpoint."}
	noVault = core.Reason{Code: "no_vault", Short: "no vault linked",
		Long: "Nothing stands behind the operator. Link a vault: Middleware.linkVault."}
	notOptedInVault = core.Reason{Code: "not_opted_in_vault", Short: "not opted in to the vault",
		Long: "Without the operator's consent Symbiotic counts its stake in the vault as 0. Call optIn(vault) at the operator-vault opt-in service."}
	limitZero = core.Reason{Code: "limit_zero", Short: "the vault gives the set nothing",
		Long: "The vault's limit for this set is 0, so its stake counts 0. The curator sets it: setNetworkLimit at the vault's delegator."}
	sharesZero = core.Reason{Code: "shares_zero", Short: "no shares of the vault",
		Long: "The operator has no shares of the vault's stake for this set. The curator gives them: setOperatorNetworkShares at the vault's delegator."}
	vaultEmpty = core.Reason{Code: "vault_empty", Short: "vault has no stake",
		Long: "Nothing active is deposited in the vault. Attract stakers."}
	stakeZero = core.Reason{Code: "stake_zero", Short: "vault gives no stake",
		Long: "Limits, shares and deposits are there, but the operator's part rounds to nothing, or the delegator says 0 for a reason of its own. Ask the curator."}
	vaultUnreadable = core.Reason{Code: "vault_unreadable", Short: "stake cannot be read",
		Long: "The vault's delegator reverts when it is asked, and what cannot be read counts 0. Unlink the vault, or ask its curator."}
	belowMinimum = core.Reason{Code: "below_minimum", Short: "below the minimum stake",
		Long: "With less than minStake at the capture the operator is not elected. Attract stake or link more vaults before the next capture; a deposit counts at once."}
	outranked = core.Reason{Code: "outranked", Short: "outranked",
		Long: "All seats would go to operators with more weight. Attract more stake than the last one elected has, before the next capture."}
)

// Of the account that sends, and its money.
var (
	keystoreClosed = core.Reason{Code: "keystore_closed", Short: "key cannot be opened",
		Long: "The node cannot send anything without its account's key. Correct --keystore, and --password-file or --password-env."}
	gasLow = core.Reason{Code: "gas_low", Short: "too little ether",
		Long: "The account cannot pay for a proposal, a challenge and an ejection. Send it ether."}
	bondShort = core.Reason{Code: "bond_short", Short: "too little wVARA for bonds",
		Long: "Each discarded proposal of an era doubles the bond of the next, up to sixteen times the first (protocol §4); whoever cannot pay that can be priced out by wrong lists. Send the account wVARA."}
	allowanceShort = core.Reason{Code: "allowance_short", Short: "the Router may not take the bond",
		Long: "The account has not approved wVARA to the Router for the highest bond. A node with the duty to propose approves at its start; without one, call approve(router, amount) at wVARA."}
)

// Of the node's file.
var (
	storeMissing = core.Reason{Code: "store_missing", Short: "file is not there",
		Long: "There is no file at this path. A node that never ran has none; otherwise correct --store. If it was lost, the node derives it again from the chain."}
	storeCorrupt = core.Reason{Code: "store_corrupt", Short: "file is corrupted",
		Long: "The file is not what was written. Delete it together with its -wal and -shm files; what it held is derived again from the chain. Look at the disk."}
	storeVersion = core.Reason{Code: "store_version", Short: "written by another version",
		Long: "A newer or different version of the program wrote the file. Use that version, or start with a new file."}
	storeForeign = core.Reason{Code: "store_foreign", Short: "file of another network",
		Long: "The file belongs to another chain or Middleware. Give each network a file of its own; correct --store."}
	storeUnreadable = core.Reason{Code: "store_unreadable", Short: "file cannot be opened",
		Long: "The file is there and cannot be opened for writing. See its owner and mode, and the space that is left."}
	storeEmpty = core.Reason{Code: "store_empty", Short: "nothing was read yet",
		Long: "The node has read nothing from the chain into the file. Start it, and look at its log."}
	storeBranch = core.Reason{Code: "store_branch", Short: "file is on another branch",
		Long: "The block up to which the node has read is not on the endpoint's chain. After a reorganisation the node goes back by itself; if it is running and this stays, its endpoint and this one disagree."}
	storeBehind = core.Reason{Code: "store_behind", Short: "node lags behind",
		Long: "The node has not read up to what is final. Start it, or look at its log and its endpoint."}
)
