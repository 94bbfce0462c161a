# TOM: build, run, test. `make` lists the targets.
#
# Targets run one after the other, also under -j: two Swift builds in one checkout would wait for each other at best.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# Options of `tom serve` for `make run`: make run ARGS="--port 9000"
ARGS ?=
# Seconds of fuzzing and calls of the soak within `make test`
FUZZ_SECONDS ?= 30
SOAK_CALLS ?= 600

# An import of a target that Package.swift does not declare builds by accident; with this it fails.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
RELEASE := .build/release/tom
# Test targets that hold calls on real ports or with real engines
REALTIME_SUITES := IntegrationTests TomServerTests TomProvidersTests TomPocketSphinxTests TomSherpaTests
SUITES := swift $(REALTIME_SUITES) conformance realtime browser fuzz soak

.PHONY: help
help: ## Show this list
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)$$/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "  %-17s %s\n", $$1, $$2 }'

.PHONY: deps
deps: ## Install the Debian packages TOM needs, tests included (asks first)
	@scripts/deps.sh build run test

.PHONY: run
run: ## Build in release mode and answer calls on http://127.0.0.1:8080
	@scripts/deps.sh build run
	swift build -c release --product tom $(SWIFT_FLAGS)
	exec $(RELEASE) serve $(ARGS)

.PHONY: build
build: ## Build the program for development: .build/debug/tom
	@scripts/deps.sh build
	swift build --product tom $(SWIFT_FLAGS)

.PHONY: release
release: ## Build the program in release mode: .build/release/tom
	@scripts/deps.sh build
	swift build -c release --product tom $(SWIFT_FLAGS)

.PHONY: test
test: deps test-swift test-conformance test-realtime test-browser test-fuzz test-soak ## Run every test, installing what the tests need
	@scripts/summary.sh $(SUITES)

.PHONY: test-swift
test-swift: ## Run the Swift tests: units, simulations, integration on real ports
	@Tests/Sherpa/prepare.sh
	@Tests/OnnxModels/prepare.sh
	@scripts/suite.sh swift-build swift build --build-tests $(SWIFT_FLAGS)
	@# By lines, so that the log of a run that hangs ends with the test that hung.
	@scripts/suite.sh swift stdbuf -oL swift test --skip-build --disable-xctest $(REALTIME_SUITES:%=--skip '^%\.')
	@# One process and one test at a time: their calls run in real time, and a starved call is another call.
	@for suite in $(REALTIME_SUITES); do \
		scripts/suite.sh "$$suite" stdbuf -oL swift test --skip-build --disable-xctest --no-parallel --filter "^$$suite\\."; \
	done

.PHONY: test-conformance
test-conformance: release ## Run the Autobahn suite and outside WebSocket clients against the server
	@scripts/venv.sh Tests/Conformance
	@Tests/Sherpa/prepare.sh
	@Tests/OnnxModels/prepare.sh
	swift build --product EchoServer $(SWIFT_FLAGS)
	@TOM_BINARY=$(CURDIR)/$(RELEASE) PYTHON=$(CURDIR)/Tests/Conformance/.venv/bin/python \
		scripts/suite.sh conformance Tests/Conformance/run.sh $(CURDIR)/.build/debug

.PHONY: test-realtime
test-realtime: release ## Hold calls with the clients of OpenAI's Realtime API: openai, openai-agents, pipecat, livekit
	@scripts/venv.sh Tests/Realtime
	@TOM_BINARY=$(CURDIR)/$(RELEASE) PYTHON=$(CURDIR)/Tests/Realtime/.venv/bin/python scripts/suite.sh realtime Tests/Realtime/run.sh

.PHONY: test-browser
test-browser: release ## Check the dashboard and hold calls with a real Chromium
	@TOM_BINARY=$(CURDIR)/$(RELEASE) scripts/suite.sh browser Tests/BrowserTests/run.sh

.PHONY: test-fuzz
test-fuzz: ## Fuzz codecs, texts and sessions of the Realtime API for FUZZ_SECONDS (30)
	@scripts/suite.sh fuzz Fuzz/run.sh $(FUZZ_SECONDS)

.PHONY: test-soak
test-soak: release ## Hold SOAK_CALLS (600) short calls: nothing may pile up
	@scripts/suite.sh soak Benchmarks/soak.sh $(SOAK_CALLS)

.PHONY: test-engines
test-engines: release ## Test engines against real third-party servers; installs gigabytes, not part of make test
	@TOM_BINARY=$(CURDIR)/$(RELEASE) scripts/suite.sh engines Tests/Engines/run.sh

.PHONY: bench
bench: deps bench-micro bench-load ## Measure: micro-benchmarks, the load curve, memory, the soak over 10,000 calls
	Benchmarks/soak.sh 10000

.PHONY: bench-micro
bench-micro: ## Measure codecs, detector and state machine against their thresholds
	@scripts/suite.sh micro Benchmarks/micro.sh

.PHONY: bench-load
bench-load: release ## Measure how many calls one core carries; leave the machine alone meanwhile
	Benchmarks/load.sh

.PHONY: bench-vad
bench-vad: ## Compare the voice activity detectors on labelled audio, and measure smart-turn
	@scripts/suite.sh vad Benchmarks/vad.sh
.PHONY: bench-engines
bench-engines: release ## Measure what TOM adds to real engines of others; installs gigabytes, not part of make bench
	Benchmarks/engines.sh

.PHONY: lint
lint: ## Check the form of Swift and of the dashboard's JavaScript
	@scripts/deps.sh build test
	@scripts/lint.sh

.PHONY: format
format: ## Format all Swift files
	@scripts/lint.sh --fix

.PHONY: docs
docs: build ## Check that the documents are fresh: paths, links, settings
	@scripts/check-docs.sh .build/debug/tom

.PHONY: check
check: deps lint test docs ## Everything CI runs
	@echo "check: passed"
