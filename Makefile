# make demo   builds mint402 and runs the demo: embedded chain, test USDC, a token on sale
# make test   runs every test: Go with the race detector, contracts, official clients
# make help   lists the rest

GO  ?= go
BINDIR ?= $(HOME)/.local/bin
FLAGS  =
NPM  = npm --no-fund --no-audit --loglevel=error

CLIENTS = $(patsubst %,e2e/%/node_modules,mppx faremeter thirdweb)

.PHONY: check test-short lint-code golangci behind release web check-web bench demo build install slim test test-go test-contracts test-e2e test-browser screenshots pagefigures crash storm providers history oldlaunch vet lint bindings check-bindings gas mutate fuzz sim attacks flood feeds silent breakages clean help

# Where go-ethereum is not compiled yet, the demo's first build leaves out optimizations: it takes
# half the time, and the demo is as quick. make build and make install always optimize.
demo: ## run the demo on http://127.0.0.1:4021; MINT402_LISTEN=HOST:PORT make demo runs it elsewhere
	@if [ "$$($(GO) list -f '{{.Stale}}' github.com/ethereum/go-ethereum/eth)" = true ]; then \
		GOGC=400 CGO_CFLAGS='-O0 -g0' $(MAKE) --no-print-directory build FLAGS="-gcflags='all=-N -l' -ldflags='-s -w'"; \
	else $(MAKE) --no-print-directory build; fi
	bin/mint402 demo

# go build -v prints each package that it compiles. Every hundredth becomes a line with the time.
build: ## build bin/mint402
	@mkdir -p bin; began=$$(date +%s); n=0; \
	echo "building bin/mint402: the first time this compiles $$($(GO) list -deps . | wc -l) packages, with an Ethereum node and SQLite"; \
	{ $(GO) build -v $(FLAGS) -o bin/mint402 . 2>&1 || echo "failed: go build"; } | while IFS= read -r line; do case $$line in \
		failed:*) exit 1;; \
		*[!A-Za-z0-9./_~-]*) echo "$$line";; \
		*) n=$$((n + 1)); [ $$((n % 100)) != 0 ] || echo "  $$(($$(date +%s) - began)) s: $$n packages, now $$line";; \
	esac; done && echo "  $$(($$(date +%s) - began)) s: built"

install: build ## put mint402 on the PATH: into BINDIR (default ~/.local/bin)
	@mkdir -p "$(BINDIR)"
	cp bin/mint402 "$(BINDIR)/mint402"

slim: ## build bin/mint402-nodemo for serving: without the demo, half the size
	@mkdir -p bin
	$(GO) build -tags nodemo -o bin/mint402-nodemo .

check: ## the inner loop: format, vet, staticcheck without tests, and unit tests without the long ones
	@GOGC=1000 $(MAKE) --no-print-directory -j2 --output-sync=target lint-code test-short

# More packages at a time than cores: many tests wait, for a block or for a deadline.
test-short:
	$(GO) test -short -p 4 -vet=off -ldflags='-s -w' $$($(GO) list ./... | grep -v /e2e$$)

# The last two run side by side: they mostly wait, for blocks and for browsers.
test: lint test-go test-contracts test-web ## every test
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-e2e test-browser

test-go: ## Go tests with the race detector
	$(GO) test -race -timeout 30m $$($(GO) list ./... | grep -v /e2e$$)

test-contracts: contracts/node_modules ## Foundry tests, fuzz and invariants at CI size
	cd contracts && $(NPM) test

test-web: web/node_modules ## unit tests of the pages' scripts, without a browser
	cd web && $(NPM) test

test-e2e: e2e/node_modules $(CLIENTS) ## tests with official clients and servers, anvil, Circle's USDC and kill -9
	MINT402_E2E=1 $(GO) test -count=1 -timeout 30m -v ./e2e ./proof ./pay

test-browser: build e2e/node_modules ## tests of the pages in a real Chromium, if there is one; SUITE=minting runs some
	cd e2e && MINT402_PROGRAM=$(CURDIR)/bin/mint402 SUITE='$(SUITE)' node --test-reporter=spec browser/run.mjs

screenshots: build e2e/node_modules ## write pictures of every page in every state to docs/screenshots
	cd e2e && MINT402_PROGRAM=$(CURDIR)/bin/mint402 node browser/screenshots.mjs

pagefigures: build e2e/node_modules ## measure each page on a slow phone: largest paint, layout shift and compressed bytes, in one table
	cd e2e && MINT402_PROGRAM=$(CURDIR)/bin/mint402 node browser/figures.mjs

SEEDS ?= 8
SEED  ?= 402

crash: e2e/node_modules ## kill -9 at every failpoint, SEEDS (8) runs for each, starting at SEED
	MINT402_E2E=1 MINT402_SEEDS=$(SEEDS) MINT402_SEED=$(SEED) $(GO) test -count=1 -timeout 60m -v -run '^TestKilledAtAnyPoint' ./e2e

PAYMENTS ?= 10000

storm: e2e/node_modules ## send PAYMENTS (10000) through a node that accepts requests and then times out
	MINT402_E2E=1 MINT402_STORM=$(PAYMENTS) $(GO) test -count=1 -timeout 30m -v -run '^TestPaymentsThroughANode' ./e2e

MIXES ?= 500

providers: e2e/node_modules ## test a node that misbehaves: each way alone, then MIXES (500) mixes starting at SEED; ALONE="part of a name" selects, ALONE=- skips
	MINT402_E2E=1 MINT402_MIXES=$(MIXES) MINT402_SEED=$(SEED) MINT402_ALONE='$(ALONE)' $(GO) test -count=1 -timeout 60m -v -run '^(TestWhateverAProvider|TestWhileOneOfSeveral)' ./e2e

HISTORY ?= 20000

history: e2e/node_modules ## test an account with HISTORY (20000) mints: its settled mint, its refund, and other payers at the same time
	MINT402_E2E=1 MINT402_LOAD=1 MINT402_HISTORY=$(HISTORY) $(GO) test -count=1 -timeout 20m -v -run '^TestAnAccountWithTwentyThousand' ./e2e

BLOCKS ?= 500000

oldlaunch: e2e/node_modules ## test a launch BLOCKS (500000) old, on a node that limits logs and answers one request in fifty with 429
	MINT402_E2E=1 MINT402_LOAD=1 MINT402_BLOCKS=$(BLOCKS) $(GO) test -count=1 -timeout 30m -v -run '^TestAnOldLaunch' ./e2e

vet:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "not gofmt'ed: $$unformatted"; exit 1; }
	$(GO) vet ./...

lint-code: vet
	$(GO) tool staticcheck -tests=false ./...

lint: vet ## gofmt, go vet, staticcheck, with each build tag
	$(GO) vet -tags failpoints ./cmd/... && $(GO) vet -tags nodemo .
	$(GO) tool staticcheck ./... && $(GO) tool staticcheck -tags nodemo -tests=false ./cmd

golangci: ## golangci-lint, built from the module proxy; .golangci.yml has the linters
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

behind: contracts/node_modules web/node_modules e2e/node_modules $(CLIENTS) bench/peers/node_modules ## list dependencies that have a newer version: Go modules, then npm packages
	@echo "Go modules: used, newest"
	@$(GO) list -m -u -f '{{with .Update}}  {{$$.Path}} {{$$.Version}} {{.Version}}{{end}}' \
		$$($(GO) list -m -f '{{if not (or .Indirect .Main)}}{{.Path}}{{end}}' all) $$($(GO) list -f '{{.Module.Path}}' tool | sort -u)
	@for dir in contracts web e2e $(CLIENTS:/node_modules=) bench/peers; do echo "npm packages of $$dir"; (cd $$dir && npm outdated) || true; done

bindings: contracts/node_modules ## regenerate bindings/ from contracts/
	contracts/generate.sh

check-bindings: bindings ## fail if the committed bindings differ from those that the contracts generate
	@git diff --exit-code --stat -- bindings
	@[ -z "$$(git status --porcelain -- bindings)" ] || { git status --short -- bindings; exit 1; }

web: web/node_modules ## build the pages' scripts and styles, web/dist
	cd web && $(NPM) run build

check-web: web ## fail if the committed web/dist differs from a build of its sources
	@git diff --exit-code --stat -- web/dist
	@[ -z "$$(git status --porcelain -- web/dist)" ] || { git status --short -- web/dist; exit 1; }

gas: contracts/node_modules ## measure the gas of a mint on Circle's FiatTokenV2_2, and check its limits
	cd contracts && $(NPM) run gas

mutate: contracts/node_modules ## change the contract in a thousand small ways and expect a test to fail for each; half an hour on one core
	cd contracts && $(NPM) run mutate

HISTORIES ?= 10000
FIRST ?= 0

sim: ## run HISTORIES (10000) seeded histories against the engine, starting at seed FIRST (0), a third as many of three other kinds, and one with a crash at every boundary
	$(GO) test ./mint -count=1 -timeout 20m -v -run '^(TestHistories|TestThereIsNoBadMoment|TestNoWriteThatFails)' -seeds $(HISTORIES) -first $(FIRST) -each

# Inputs, or a time. At the end of a time, Go's fuzzer fails on a busy machine although no input did.
FUZZTIME ?= 30000x

fuzz: ## run every Go fuzzer of what strangers send, with FUZZTIME (30000x) inputs, or for a time such as 10m
	@grep -o '^func Fuzz[A-Za-z]*' x402/*_test.go chain/*_test.go server/conn/*_test.go | sed 's,/[^/]*:func , ,' | while read -r package fuzzer; do \
		$(GO) test ./$$package -run '^$$' -fuzz "^$$fuzzer\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s || exit 1; done

attacks: contracts/node_modules e2e/node_modules ## try every attack of docs/attacks.md; ATTACK=A13 for one
	MINT402_ATTACKS=1 ATTACK='$(ATTACK)' $(GO) test -count=1 -timeout 1h -run '^TestEveryAttack'

flood: e2e/node_modules ## measure the effect of FLOOD (500) doomed payments a second on honest payers
	MINT402_E2E=1 MINT402_LOAD=1 FLOOD='$(FLOOD)' $(GO) test -count=1 -timeout 10m -v -run '^TestAFlood' ./e2e

feeds: e2e/node_modules ## measure the cost of FEEDS (1000) open live feeds for the server and its mints
	MINT402_E2E=1 MINT402_LOAD=1 FEEDS='$(FEEDS)' $(GO) test -count=1 -timeout 10m -v -run '^TestAThousandFeeds' ./e2e

SILENT ?= 20000

silent: e2e/node_modules ## measure the effect of SILENT (20000) silent connections from one address and FEEDS (10000) feeds from another on a third visitor
	MINT402_E2E=1 MINT402_LOAD=1 SILENT='$(SILENT)' FEEDS='$(FEEDS)' $(GO) test -count=1 -timeout 20m -v -run '^TestAThirdVisitor' ./e2e

breakages: web/node_modules ## break each law on purpose and expect its test to fail; PACKAGE=mint (or web), LAW="part of one" and PART=0/3 select laws
	$(if $(filter web,$(PACKAGE)),,MINT402_BREAKAGES=1 PART='$(PART)' PACKAGE='$(PACKAGE)' LAW='$(LAW)' $(GO) test -count=1 -timeout 3h -v -run '^TestEveryBreakage')
	$(if $(or $(filter web,$(PACKAGE)),$(if $(PACKAGE)$(PART)$(LAW),,all)),cd web && $(NPM) run breakages -- '$(LAW)')

bench: slim e2e/node_modules $(if $(findstring -alone,$(BENCH)),,bench/peers/node_modules) ## measure mint402 with the goals, beside other servers, for an hour or two; writes bench/RESULTS.md; BENCH="-alone -groups delay -runs 1" for less, BENCH=-help explains
	$(GO) build -o bin/bench ./bench
	bin/bench $(if $(BENCH),,-out bench/RESULTS.md) $(BENCH)

release: ## archives of VERSION (v0.1.0) for each platform that can be built here, with checksums and bills of materials, into dist/
	$(GO) run ./release '$(VERSION)'

contracts/node_modules: contracts/package-lock.json
	cd contracts && $(NPM) ci
	@touch $@

web/node_modules: web/package-lock.json
	cd web && $(NPM) ci
	@touch $@

e2e/node_modules: e2e/package-lock.json
	cd e2e && $(NPM) ci
	@touch $@

# Clients whose packages contradict the others' have a directory of their own.
$(CLIENTS): e2e/%/node_modules: e2e/%/package.json e2e/%/package-lock.json
	cd e2e/$* && $(NPM) ci
	@touch $@

bench/peers/node_modules: bench/peers/package-lock.json
	cd bench/peers && $(NPM) ci
	@touch $@

clean: ## remove the build outputs
	rm -rf bin dist contracts/out contracts/cache

help:
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/make \1\t\2/' | expand -t 24
