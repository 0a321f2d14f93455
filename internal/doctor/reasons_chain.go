package doctor

import "github.com/gear-tech/roster/core"

// Of an endpoint.
var (
	endpointURL = core.Reason{Code: "endpoint_url", Short: "no URL of a node",
		Long: "An endpoint is an http, https, ws or wss URL with a host. Correct --rpc-url."}
	endpointDNS = core.Reason{Code: "endpoint_dns", Short: "host not found",
		Long: "The host's name has no address. Correct the URL, or this machine's name resolution."}
	endpointRefused = core.Reason{Code: "endpoint_refused", Short: "connection refused",
		Long: "The host is there, and nothing listens at the port. Start the Ethereum node, let it listen at this address, or correct the URL."}
	endpointTimeout = core.Reason{Code: "endpoint_timeout", Short: "no answer in time",
		Long: "The endpoint did not answer in time. Look at its load, and at firewalls in between."}
	endpointTLS = core.Reason{Code: "endpoint_tls", Short: "no safe connection",
		Long: "The TLS connection was not made: the certificate is not trusted or not the host's, or the port does not speak TLS. Correct the URL's scheme or the certificate."}
	endpointAuth = core.Reason{Code: "endpoint_auth", Short: "access denied",
		Long: "The endpoint asks for credentials or does not accept these (HTTP 401 or 403). Put the right key or password into the URL."}
	endpointRateLimit = core.Reason{Code: "endpoint_rate_limit", Short: "too many requests",
		Long: "The provider limits how much is asked (HTTP 429). Ask for a higher limit, or give further endpoints: a node that is held up misses deadlines."}
	endpointNotRPC = core.Reason{Code: "endpoint_not_rpc", Short: "no JSON-RPC",
		Long: "Something answers, but not Ethereum's JSON-RPC. Correct the URL's port and path; the node must offer the namespace eth."}
	endpointFailing = core.Reason{Code: "endpoint_failing", Short: "fails",
		Long: "The endpoint answers with an error, or breaks the connection. See its log, or ask its provider."}
	wrongChain = core.Reason{Code: "wrong_chain", Short: "another chain",
		Long: "The endpoint serves another chain than the one that is meant. Correct the URL, or --chain-id."}
	headOld = core.Reason{Code: "head_old", Short: "newest block is old",
		Long: "The newest block is older than a chain in good health has it: the Ethereum node lags behind or has lost its peers, or this machine's clock is ahead. Compare with another endpoint, and look at the clock (NTP)."}
	clockBehind = core.Reason{Code: "clock_behind", Short: "this machine's clock is behind",
		Long: "The newest block is from this machine's future, and no chain accepts such blocks. Set the clock, and keep it by NTP."}
	endpointSyncing = core.Reason{Code: "endpoint_syncing", Short: "still syncing",
		Long: "The Ethereum node has not caught up with its chain; what it answers is of the past. Wait for it, or use another endpoint."}
	noFinalized = core.Reason{Code: "no_finalized", Short: "no finalized block",
		Long: "The endpoint does not know the block tag finalized, up to which a node acts. Use an endpoint with a consensus client, or set the node's finality to depth:N."}
	noSafe = core.Reason{Code: "no_safe", Short: "no safe block",
		Long: "The endpoint does not know the block tag safe. That matters to a node whose finality is safe; use another endpoint, or finalized."}
	finalitySlow = core.Reason{Code: "finality_slow", Short: "finality lags behind",
		Long: "The final block is older than finalityLag. Elections count on a capture being final by then. If the chain as a whole does not finalize, wait; if it is this endpoint alone, use another."}
	pruned = core.Reason{Code: "pruned", Short: "old state is gone",
		Long: "The endpoint has no state at the block of the oldest capture that still matters, and a node that derives that era again needs it. Use an archive node, or one that keeps state for the longest vault epoch."}
	logRange = core.Reason{Code: "log_range", Short: "long ranges of logs refused",
		Long: "The endpoint refuses the logs of 10,000 blocks at once. A node then asks for less at a time and takes longer to catch up. Ask the provider for a longer range, or use another endpoint."}
	logsRefused = core.Reason{Code: "logs_refused", Short: "logs refused",
		Long: "The endpoint refuses the logs even of one block. Everything is derived from logs: use another endpoint."}
)

// Of the contracts.
var (
	noCode = core.Reason{Code: "no_code", Short: "no contract there",
		Long: "There is no code at the address on this chain. Correct --middleware or --programs, or the endpoint: it may be of another chain."}
	notRoster = core.Reason{Code: "not_roster", Short: "not a contract of Roster's",
		Long: "There is code at the address, but it does not answer as Roster's contract does. Correct --middleware or --programs."}
	otherAddress = core.Reason{Code: "other_address", Short: "not the address in the file",
		Long: "The contracts on chain name another address than the file does. The file is of another deployment: take the present one."}
	wrongWiring = core.Reason{Code: "wrong_wiring", Short: "contracts do not belong together",
		Long: "Two contracts do not name each other, so they are not of one deployment, or the deployment was interrupted. Use the addresses of one that is whole."}
	notANetwork = core.Reason{Code: "not_a_network", Short: "no network in Symbiotic",
		Long: "Symbiotic's NetworkRegistry does not have the Middleware: nobody can opt in to it or delegate to it. Deploy it with the right registry."}
	otherMiddleware = core.Reason{Code: "other_middleware", Short: "another speaks for the network",
		Long: "Symbiotic's NetworkMiddlewareService has another middleware for the network: slashes and rewards of ours would revert. Deploy with the right service."}
	roleMissing = core.Reason{Code: "role_missing", Short: "a role has no address",
		Long: "The burner, the resolver or the judge is the zero address. Roles are for good: deploy again."}
	judgeIsResolver = core.Reason{Code: "judge_is_resolver", Short: "judge and resolver are one",
		Long: "Judge and resolver must fail together to slash an innocent (protocol §7); here they are one address. Roles are for good: deploy again."}
	timesBroken = core.Reason{Code: "times_broken", Short: "an inequality does not hold",
		Long: "The deployment's times do not keep stake slashable for as long as it can misbehave (protocol §2). Times are for good: deploy again."}
)

// Why a check could not be made.
var (
	cannotRead = core.Reason{Code: "cannot_read", Short: "could not be read",
		Long: "The question was not answered, so it is not known. Try again, with another endpoint or more --timeout."}
	notLookedAt = core.Reason{Code: "not_looked_at", Short: "was not looked at",
		Long: "What it depends on could not be used. Mend that first."}
)
