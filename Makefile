# One door for people and for CI. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/sh
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
PACKAGES ?= ./...
# One set of flags for builds, tests and checks: with two, everything is compiled twice.
export GOFLAGS += -trimpath

.PHONY: help build run phone test check bench soak-ledger soak-rejudge demo tools tools-run

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:.*## /|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

build: ## build the three programs into bin/
	@mkdir -p bin
	@[ -x bin/lianou ] || echo "building; the first time it fetches and compiles everything, two to three minutes"
	go build -o bin/ ./cmd/gateway ./cmd/platform ./cmd/lianou

run: tools-run build ## start everything on this machine: http://127.0.0.1:8345 and :8346
	./bin/lianou up

phone: ## the mini-program in a browser, beside a city that `make run` has started: http://127.0.0.1:8348
	@sh .ci/tools node
	@cd channels/wechat/miniprogram && if [ ! -d node_modules/esbuild ]; then echo "fetching the mini-program's tools"; npm ci --no-audit --no-fund --loglevel=error; fi
	@cd channels/wechat/miniprogram && exec node story/serve.mjs

test: tools build ## all tests, on real PostgreSQL, Redis and Chromium
	@sh .ci/test $(PACKAGES)

check: ## formatting, vet, staticcheck, import ranks, links in documents
	@bad=$$(gofmt -l cmd core intake channels transcription 2>/dev/null); if [ -n "$$bad" ]; then echo "not formatted: $$bad"; exit 1; fi
	go vet $(PACKAGES)
	go run $(STATICCHECK) $(PACKAGES)
	go test -count=1 ./cmd/internal/layering ./cmd/internal/papers

bench: tools-run build ## the figures of the README, with their yardsticks
	./bin/lianou bench

soak-ledger: tools ## a million operations on the ledger, with connections cut in the middle; an hour and more
	LIANOU_TEST_LEDGER_BOOKINGS=$${LIANOU_TEST_LEDGER_BOOKINGS:-1000000} go test ./core/payout -run '^TestLedgerBalancesUnderAnything$$' -count=1 -timeout 12h -v

soak-rejudge: tools ## ten thousand drawn households judged, and judged again from what was kept
	LIANOU_TEST_REJUDGE_CASES=$${LIANOU_TEST_REJUDGE_CASES:-10000} LIANOU_TEST_SEED=$${LIANOU_TEST_SEED:-$$(date +%s)} go test ./cmd/internal/rejudge -run '^TestManyJudgementsAreFoundAgain$$' -count=1 -timeout 12h -v

demo: tools-run build ## the stories through the public doors, from the first word to the money
	./bin/lianou demo

tools: ## install what the tests need, where it is missing
	@sh .ci/tools postgresql redis chromium fonts sipp baresip tesseract node

tools-run:
	@sh .ci/tools postgresql
