# p2ptui: `make` or `make help` lists what can be made.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo build test check bench microbench fuzz crash docs format install uninstall clean setup

PREFIX ?= /usr/local
ARGS ?= --demo
SECONDS ?= 60
ROUNDS ?= 100
RELEASE := .build/release/p2ptui
COMPLETIONS_BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/p2ptui
COMPLETIONS_ZSH := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_p2ptui
COMPLETIONS_FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/p2ptui.fish

help: ## this list
	@echo 'make run ARGS="<peer_id> <host> <p2p_port> <http_port>"   start a peer; without ARGS the demo'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

run: build ## build what is missing, then start p2ptui $(ARGS)
	@$(RELEASE) $(ARGS)

demo: build ## three neighbours and a peer that joins them, on this machine
	@$(RELEASE) --demo

build: ## the release build
	@scripts/setup build
	@swift build -c release --product p2ptui

test: ## every test
	@scripts/setup test
	@swift build --build-tests
	@swift test --skip-build --disable-xctest

# Warnings are errors here and nowhere else (Package.swift reads P2PTUI_STRICT).
check: export P2PTUI_STRICT = 1
check: ## format lint, a build without warnings, every test
	@scripts/setup test
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks/Benchmarks
	@for script in scripts/setup scripts/fuzz-api .ci/run; do bash -n $$script || exit 1; done
	@python3 -m unittest discover --quiet --start-directory Tests/Interop
	@swift build --build-tests
	@swift test --skip-build --disable-xctest

bench: ## p2ptui against other programs, on this machine: tables for docs/PERFORMANCE.md
	@scripts/setup bench
	@scripts/bench $(PARTS)

microbench: ## codec, messages, core and catalogue by themselves
	@scripts/setup build
	@cd Benchmarks && swift package benchmark --no-progress

# What libFuzzer finds lands among the examples, where it is a test that fails.
fuzz: ## bytes that libFuzzer makes up for the reader of messages, SECONDS=60; then schemathesis for the API
	@scripts/setup build
	@P2PTUI_FUZZ=1 swift build -c release --sanitize=fuzzer --product Fuzz --scratch-path .build-fuzz
	@mkdir -p .build-fuzz/corpus
	@SWIFT_BACKTRACE=enable=no .build-fuzz/release/Fuzz -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 \
		-artifact_prefix=Tests/Corpus/found- -verbosity=0 -print_final_stats=1 .build-fuzz/corpus Tests/Corpus
	@scripts/fuzz-api

crash: build ## kills the real program ROUNDS=100 times in the middle of its work, and checks its promises
	@P2PTUI_EXECUTABLE=$(RELEASE) scripts/crash --rounds $(ROUNDS)

# Package.swift reads P2PTUI_DOCS: what renders documentation is fetched here only.
docs: ## the public API of core and engine as pages, in .build/docs; a gap or a wrong link is an error
	@scripts/setup build
	@mkdir -p .build/docs
	@for target in PeerCore PeerEngine; do \
		P2PTUI_DOCS=1 swift package --allow-writing-to-directory .build/docs/$$target generate-documentation \
			--target $$target --warnings-as-errors --output-path .build/docs/$$target || exit 1; \
	done

format: ## let swift format decide the layout
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Benchmarks

install: build ## to PREFIX (default /usr/local), with shell completions
	install -Dm755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/p2ptui
	@install -d $(dir $(COMPLETIONS_BASH) $(COMPLETIONS_ZSH) $(COMPLETIONS_FISH))
	$(RELEASE) --generate-completion-script bash > $(COMPLETIONS_BASH)
	$(RELEASE) --generate-completion-script zsh > $(COMPLETIONS_ZSH)
	$(RELEASE) --generate-completion-script fish > $(COMPLETIONS_FISH)

uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/p2ptui $(COMPLETIONS_BASH) $(COMPLETIONS_ZSH) $(COMPLETIONS_FISH)

setup: ## install the Debian packages that are missing, of build and tests
	@scripts/setup test

clean: ## remove everything that was built
	rm -rf .build
