# The desk's commands. "make run" and "make test" need nothing set up before.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export PATH := $(PATH):/usr/local/go/bin
ARGS ?=

.PHONY: help run build assets test bench lint fmt clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, start the desk with demo data (HOTLINE_LISTEN=… elsewhere, ARGS=--web-only)
	@scripts/install run
	@$(MAKE) --no-print-directory build
	@exec bin/hotline serve --demo $(ARGS)

build: assets ## bin/hotline
	go build -o bin/hotline ./cmd/hotline

assets: ## web/assets/dist from npm packages, when their sources changed
	@scripts/assets

test: ## install what the tests need, check the code, run every test
	@scripts/test

bench: ## the speed figures of docs/performance.md
	@scripts/install bench
	@scripts/assets
	go test -run '^$$' -bench '^BenchmarkDesk' -benchtime 1x -timeout 90m ./cmd/hotline ./intake/maildb

lint: ## gofmt, go vet, staticcheck, and drawn documents up to date
	@scripts/lint

fmt: ## format the Go code
	@scripts/sources | xargs -0 gofmt -w

clean: ## remove what was built; the data in .hotline stay
	rm -rf bin test-output web/assets/node_modules
	find web/assets/dist -mindepth 1 -not -name .gitkeep -delete
