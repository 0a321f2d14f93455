# Needs Go, Node with npm, and make. Everything else is pinned: Go modules in go.mod, forge, the Solidity compiler
# and Symbiotic's contracts in contracts/package-lock.json. `make` alone lists the targets.

NPM       := contracts/node_modules/.package-lock.json
ARTIFACTS := internal/devnet/artifacts/Vault.json
# forge's package is named after the platform; the shell finds the one that is installed.
FORGE     := node_modules/@foundry-rs/forge-*/bin/forge
# What `make gen` compiles from scratch: the optimizer's result depends on what is compiled with it, so a build of only
# what changed gives other bytes than a fresh clone's.
FRESH     := contracts/out/gen/.fresh
# What `make gen` writes.
GENERATED := internal/chain/bindings docs/reasons.md docs/config.md docs/doctor.md docs/metrics.md docs/openapi.json docs/cli.md
FUZZTIME  ?= 30s
# Whole networks in one process make garbage faster than anything else: collecting it less often saves a third of the time.
export GOGC ?= 400
# More flags for go test: make test TESTFLAGS=-v
TESTFLAGS ?=

.PHONY: help build gen oracle test check race fuzz e2e bench bench-rewards soak demo clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

build: $(ARTIFACTS) ## bin/roster, with Symbiotic's contracts for the devnet in it
	go build -trimpath -o bin/roster ./cmd/roster

gen: $(FRESH) $(ARTIFACTS) ## bindings with our bytecode, and the generated documents; must leave git clean
	go run ./internal/tools/bindings -strict -forge contracts/out/gen
	go run ./internal/tools/docs
	go run ./cmd/roster docs cli > docs/cli.md

oracle: $(NPM) ## what OpenZeppelin's own package says of trees of claims; must leave git clean
	node testdata/merkle_oz.mjs
	node testdata/merkle_oz.mjs sizes

test: $(ARTIFACTS) ## vet, and all tests, Go's and Solidity's
	go vet ./...
	go test -timeout 25m $(TESTFLAGS) ./...
	cd contracts && $(FORGE) test

check: $(ARTIFACTS) ## the house rules: format, imports, purity, links, and that `make gen` changes nothing
	go vet ./...
	go test -count=1 ./internal/lint ./internal/tools/...
	$(MAKE) gen
	git diff --exit-code -- $(GENERATED)
	@test -z "$$(git ls-files --others --exclude-standard -- $(GENERATED))" || { echo "generated files that git does not know:"; git ls-files --others --exclude-standard -- $(GENERATED); exit 1; }

race: $(ARTIFACTS) ## Go's tests with the race detector (needs a C compiler)
	go test -race -timeout 40m $(TESTFLAGS) ./...

fuzz: $(ARTIFACTS) ## every Go fuzz target for FUZZTIME (30s), and 100,000 programs made up from pieces, on two engines
	go test $(if $(shell command -v gcc),-tags wasmtime) ./internal/wasm -run '^$$' -fuzz '^FuzzModule$$' -fuzztime 100000x
	@grep -rl '^func Fuzz' --include='*_test.go' core internal | xargs -n1 dirname | sort -u | while read -r dir; do \
	  for f in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$dir/*_test.go); do \
	    go test ./$$dir -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; done; done

e2e: $(ARTIFACTS) ## whole networks on the devnet, anew
	go test -count=1 -timeout 30m $(TESTFLAGS) ./internal/e2e/... ./internal/devnet/... ./internal/fleet/...

bench: $(ARTIFACTS) ## Go's benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-rewards: GOGC = 100
bench-rewards: build ## the rewards of a hundred thousand, a million and ten million stakers
	bin/roster bench rewards --stakers 100000
	bin/roster bench rewards --stakers 1000000
	bin/roster bench rewards --stakers 10000000

SEEDS     ?= 300
soak: $(ARTIFACTS) ## chaos and byzantine nodes on fleets, SEEDS times each (300)
	ROSTER_BYZANTINE_SEEDS=$(SEEDS) go test -count=1 -timeout 600m -run 'TestByzantine' $(TESTFLAGS) ./internal/fleet
	ROSTER_CHAOS_SEEDS=$(SEEDS) go test -count=1 -timeout 120m -run 'TestChaos' $(TESTFLAGS) ./internal/fleet

demo: build ## a network that elects, works, pays and slashes, in one process
	bin/roster demo --once

clean: ## remove what was built, not what was installed
	rm -rf bin contracts/out contracts/cache internal/devnet/artifacts/*.json

$(NPM): contracts/package-lock.json
	cd contracts && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(FRESH): $(NPM) contracts/foundry.toml contracts/tools/solc $(shell find contracts/src -name '*.sol')
	cd contracts && rm -rf out/gen cache/gen && $(FORGE) build --force --skip test --out out/gen --cache-path cache/gen
	@touch $@

$(ARTIFACTS): $(NPM) internal/tools/artifacts/main.go
	go run ./internal/tools/artifacts
	@touch $@
