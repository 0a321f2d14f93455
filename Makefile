# Needs Go, Node with npm, and make. Everything else is pinned: Go modules in go.mod, forge, the Solidity compiler
# and Symbiotic's contracts in contracts/package-lock.json. `make` alone lists the targets.

NPM       := contracts/node_modules/.package-lock.json
ARTIFACTS := internal/devnet/artifacts/Vault.json
# The dashboard: what is installed for it, and what is built into the binary. Go compiles without, and the page then says so.
WEB       := internal/web
WEBNPM    := $(WEB)/node_modules/.package-lock.json
DASHBOARD := $(WEB)/dist/index.html
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
# The packages that take longest are begun first: what is left at the end runs alone.
SLOW      := ./internal/fleet ./internal/e2e ./cmd/roster
# More flags for go test: make test TESTFLAGS=-v
TESTFLAGS ?=

.PHONY: help build web web-test gen oracle test check race fuzz e2e bench bench-rewards soak demo clean browser

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

build: $(ARTIFACTS) $(DASHBOARD) ## bin/roster, with Symbiotic's contracts for the devnet and the dashboard in it
	go build -trimpath -o bin/roster ./cmd/roster

web: $(DASHBOARD) ## the dashboard, into internal/web/dist

web-test: $(WEBNPM) ## the dashboard's types and unit tests
	cd $(WEB) && node build.mjs schema && node node_modules/typescript/bin/tsc --noEmit && node build.mjs test && node --test .test/

gen: $(FRESH) $(ARTIFACTS) ## bindings with our bytecode, and the generated documents; must leave git clean
	go run ./internal/tools/bindings -strict -forge contracts/out/gen
	go run ./internal/tools/docs
	go run ./cmd/roster docs cli > docs/cli.md

oracle: $(NPM) ## what OpenZeppelin's own package says of trees of claims; must leave git clean
	node testdata/merkle_oz.mjs
	node testdata/merkle_oz.mjs sizes

test: $(ARTIFACTS) $(DASHBOARD) web-test ## vet, and all tests: Go's, Solidity's and the dashboard's
	go vet ./...
	go test -timeout 25m $(TESTFLAGS) $(SLOW) ./...
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

# The browser of the tests: Debian's, installed when it is not there, or any other that is named.
CHROMIUM  ?= /usr/bin/chromium
e2e browser: export ROSTER_CHROMIUM = $(CHROMIUM)
e2e: $(ARTIFACTS) $(DASHBOARD) $(CHROMIUM) ## whole networks on the devnet, anew, and the dashboard in a browser; pictures in internal/web/e2e/out
	go test -count=1 -timeout 40m $(TESTFLAGS) ./internal/e2e/... ./internal/devnet/... ./internal/fleet/...

browser: $(ARTIFACTS) $(DASHBOARD) $(CHROMIUM) ## of these, the dashboard in a browser alone
	go test -count=1 -timeout 25m -v $(TESTFLAGS) ./internal/e2e/browser

/usr/bin/chromium:
	apt-get install -y --no-install-recommends chromium

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

demo: build ## a network that elects, works, pays and slashes, in one process; then its dashboard, until Ctrl-C
	bin/roster demo

clean: ## remove what was built, not what was installed
	rm -rf bin contracts/out contracts/cache internal/devnet/artifacts/*.json $(WEB)/dist/*.html $(WEB)/dist/app.* $(WEB)/.test $(WEB)/src/schema.gen.ts

$(NPM): contracts/package-lock.json
	cd contracts && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(FRESH): $(NPM) contracts/foundry.toml contracts/tools/solc $(shell find contracts/src -name '*.sol')
	cd contracts && rm -rf out/gen cache/gen && $(FORGE) build --force --skip test --out out/gen --cache-path cache/gen
	@touch $@

$(ARTIFACTS): $(NPM) internal/tools/artifacts/main.go
	go run ./internal/tools/artifacts
	@touch $@

$(WEBNPM): $(WEB)/package-lock.json
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(DASHBOARD): $(WEBNPM) $(WEB)/build.mjs $(WEB)/tsconfig.json docs/openapi.json $(shell find $(WEB)/src -not -name '*.gen.ts' -type f)
	cd $(WEB) && node build.mjs schema && node node_modules/typescript/bin/tsc --noEmit && node build.mjs
	@touch $@
