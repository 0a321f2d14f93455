# Needs Go, Node with npm, and make. Everything else is pinned: Go modules in go.mod, forge, the Solidity compiler
# and Symbiotic's contracts in contracts/package-lock.json. `make` alone lists the targets.

NPM       := contracts/node_modules/.package-lock.json
ARTIFACTS := internal/devnet/artifacts/Vault.json
# forge's package is named after the platform; the shell finds the one that is installed.
FORGE     := node_modules/@foundry-rs/forge-*/bin/forge
FUZZTIME  ?= 30s

.PHONY: help build gen test check race fuzz e2e bench demo clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: $(ARTIFACTS) ## bin/roster, with Symbiotic's contracts for the devnet in it
	go build -trimpath -o bin/roster ./cmd/roster

gen: $(NPM) ## what is generated from the contracts; must leave git clean
	cd contracts && $(FORGE) build
	go run ./internal/tools/bindings -strict

test: $(ARTIFACTS) ## all tests, Go's and Solidity's
	go test ./...
	cd contracts && $(FORGE) test

check: $(ARTIFACTS) ## format, vet, and that `make gen` changes nothing
	@test -z "$$(gofmt -l cmd core internal)" || { gofmt -l cmd core internal; echo "run gofmt"; exit 1; }
	go vet ./...
	cd contracts && $(FORGE) fmt --check
	$(MAKE) gen
	git diff --exit-code -- internal/chain/bindings

race: $(ARTIFACTS) ## Go's tests with the race detector
	go test -race ./...

fuzz: ## every fuzz target for FUZZTIME (30s)
	@grep -rl '^func Fuzz' --include='*_test.go' core internal | xargs -n1 dirname | sort -u | while read -r dir; do \
	  for f in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$dir/*_test.go); do \
	    go test ./$$dir -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) || exit 1; done; done

e2e: $(ARTIFACTS) ## whole networks on the devnet, scripted
	go test -count=1 -run '^TestE2E' -timeout 30m ./internal/...

bench: $(ARTIFACTS) ## benchmarks
	go test -run '^$$' -bench . -benchmem ./...

demo: build ## a network that elects, works, pays and slashes, in one process
	bin/roster demo --once

clean: ## remove what was built, not what was installed
	rm -rf bin contracts/out contracts/cache internal/devnet/artifacts/*.json

$(NPM): contracts/package-lock.json
	cd contracts && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(ARTIFACTS): $(NPM) internal/tools/artifacts/main.go
	go run ./internal/tools/artifacts
	@touch $@
