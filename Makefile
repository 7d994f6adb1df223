# p2ptui: `make` or `make help` lists what can be made.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo build test check bench microbench fuzz crash docs format install uninstall clean setup dist deb siege soak tsan asan sim scale

ARGS ?= --demo
SECONDS ?= 60
ROUNDS ?= 100
SEEDS ?= 1-200
PEERS ?= 6
MINUTES ?= 60
RELEASE := .build/release/p2ptui
DEBUG := P2PTUI_EXECUTABLE=.build/debug/p2ptui
# Those that take seconds.
SHORT_SIEGES := full-disk failing-disk file-size no-permission no-descriptors slow-readers spoofing names \
	poisoned-lists slow-pushers lines-of-commands

help: ## list these targets
	@echo 'make run ARGS="<peer_id> <host> <p2p_port> <http_port>"   start a peer; without ARGS the demo'
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

run: build ## build, then start p2ptui $(ARGS)
	@$(RELEASE) $(ARGS)

demo: build ## build, then start three neighbours and a peer that joins them, on this machine
	@$(RELEASE) --demo

# The Swift runtime goes into the program, so that it runs where no Swift is.
build: ## make the release build
	@scripts/setup build
	@swift build -c release --static-swift-stdlib --product p2ptui

test: ## run every test
	@scripts/setup test
	@swift build --build-tests
	@swift test --skip-build --disable-xctest

# Warnings are errors here and nowhere else (Package.swift reads P2PTUI_STRICT).
check: export P2PTUI_STRICT = 1
check: ## check the format, lint, build without warnings, run every test and a few rounds of simulator, crash, siege and soak
	@scripts/setup test
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks/Benchmarks
	@for script in scripts/setup scripts/fuzz-api scripts/sanitize scripts/dist scripts/debian.sh scripts/try-package scripts/try-source .ci/run; do bash -n $$script || exit 1; done
	@python3 -m unittest discover --quiet --start-directory Tests/Interop
	@swift build --package-path Benchmarks
	@swift build --build-tests
	@swift test --skip-build --disable-xctest
	@.build/debug/simulate --seeds 1-20 --peers 4 --storm 120
	@$(DEBUG) scripts/sync-order
	@$(DEBUG) scripts/crash --rounds 10
	@$(DEBUG) scripts/siege $(SHORT_SIEGES)
	@$(DEBUG) scripts/soak --minutes 1

bench: ## compare with other programs on this machine: tables for docs/PERFORMANCE.md
	@scripts/setup bench
	@scripts/bench $(PARTS)

microbench: ## measure codec, messages, core and catalogue by themselves
	@scripts/setup build
	@cd Benchmarks && swift package benchmark --no-progress

# What libFuzzer finds lands among the examples, where it is a test that fails.
fuzz: ## let libFuzzer make up bytes for the reader of messages, SECONDS=60, then schemathesis requests for the API
	@scripts/setup build
	@P2PTUI_FUZZ=1 swift build -c release --sanitize=fuzzer --product Fuzz --scratch-path .build-fuzz
	@mkdir -p .build-fuzz/corpus
	@SWIFT_BACKTRACE=enable=no .build-fuzz/release/Fuzz -max_total_time=$(SECONDS) -max_len=4096 -timeout=10 \
		-artifact_prefix=Tests/Corpus/found- -verbosity=0 -print_final_stats=1 .build-fuzz/corpus Tests/Corpus
	@scripts/fuzz-api

sim: ## simulate whole peers on a virtual clock, network and disk: SEEDS=1-200 PEERS=6
	@scripts/setup build
	@swift build -c release --static-swift-stdlib --product simulate
	@.build/release/simulate --found Tests/SimulationTests/seeds.txt --seeds $(SEEDS) --peers $(PEERS)

scale: ## simulate how networks grow: tables and plots for docs/SCALE.md
	@scripts/setup scale
	@swift build -c release --static-swift-stdlib --product simulate
	@scripts/scale

crash: build ## kill the real program ROUNDS=100 times in the middle of its work and check its promises; as root, with power losses too
	@P2PTUI_EXECUTABLE=$(RELEASE) scripts/sync-order
	@P2PTUI_EXECUTABLE=$(RELEASE) scripts/crash --rounds $(ROUNDS)
	@[ $$(id -u) != 0 ] || P2PTUI_EXECUTABLE=$(RELEASE) scripts/crash --power-loss --rounds $(ROUNDS)

siege: build ## full disks, missing permissions and descriptors, floods, lies: a table for docs/RELIABILITY.md
	@P2PTUI_EXECUTABLE=$(RELEASE) scripts/siege $(SIEGES)

soak: build ## run twenty processes for MINUTES=60 with kills and network faults; plots docs/soak.svg
	@P2PTUI_EXECUTABLE=$(RELEASE) scripts/soak --minutes $(MINUTES) --plot docs/soak.svg

# Core and engine; the front has one thread. Builds of their own, which take long.
tsan: ## run the tests of core and engine with the thread sanitizer
	@P2PTUI_TSAN=1 scripts/sanitize thread

asan: ## run the tests of core and engine with the address sanitizer
	@scripts/sanitize address

# Package.swift reads P2PTUI_DOCS: what renders documentation is fetched here only.
docs: ## make pages of the public API of core and engine in .build/docs; gaps and wrong links are errors
	@scripts/setup build
	@mkdir -p .build/docs
	@for target in PeerCore PeerEngine; do \
		P2PTUI_DOCS=1 swift package --allow-writing-to-directory .build/docs/$$target generate-documentation \
			--target $$target --warnings-as-errors --output-path .build/docs/$$target || exit 1; \
	done

format: ## lay out the code with swift format
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Benchmarks

# What is installed where; packages choose other places. DESTDIR is put in front of all of it.
PREFIX ?= /usr/local
# Not every shell has done this.
override PREFIX := $(patsubst ~/%,$(HOME)/%,$(PREFIX))
UNITS ?= $(PREFIX)/share/systemd/user
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONS ?= $(PREFIX)/share/fish/vendor_completions.d
MAN := $(PREFIX)/share/man/man1
DOC := $(PREFIX)/share/doc/p2ptui
INSTALLED := $(PREFIX)/bin/p2ptui $(MAN)/p2ptui.1 $(UNITS)/p2ptui@.service $(BASH_COMPLETIONS)/p2ptui \
	$(ZSH_COMPLETIONS)/_p2ptui $(FISH_COMPLETIONS)/p2ptui.fish \
	$(DOC)/README.md $(DOC)/LICENSE $(DOC)/examples/config

# ArgumentParser completes a subcommand `help`, which a program without subcommands has not.
NO_HELP := s/compgen -W 'help'/compgen -W ''/; /-fa 'help'/d

install: ## install what was built into PREFIX=/usr/local: program, manual, completions, systemd user unit, sample configuration
	@test -x $(RELEASE) || { echo "make install: nothing is built yet; run make build first" >&2; exit 1; }
	@install -d $(addprefix $(DESTDIR),$(sort $(dir $(INSTALLED))))
	install -s $(RELEASE) $(DESTDIR)$(PREFIX)/bin/p2ptui
	install -m 644 docs/p2ptui.1 $(DESTDIR)$(MAN)/p2ptui.1
	install -m 644 README.md LICENSE $(DESTDIR)$(DOC)
	env HOME=/nonexistent XDG_CONFIG_HOME= $(RELEASE) --print-config > $(DESTDIR)$(DOC)/examples/config
	$(RELEASE) --generate-completion-script bash | sed "1{/^#!/d}; $(NO_HELP)" > $(DESTDIR)$(BASH_COMPLETIONS)/p2ptui
	$(RELEASE) --generate-completion-script zsh > $(DESTDIR)$(ZSH_COMPLETIONS)/_p2ptui
	$(RELEASE) --generate-completion-script fish | sed "$(NO_HELP)" > $(DESTDIR)$(FISH_COMPLETIONS)/p2ptui.fish
	sed 's|@bindir@|$(PREFIX)/bin|' packaging/p2ptui@.service > $(DESTDIR)$(UNITS)/p2ptui@.service

# Folders that /usr and /usr/local have of the system stay, even when nothing is in them.
FOLDERS := $(patsubst $(PREFIX)/%,%,$(sort $(dir $(INSTALLED))))
SYSTEM_FOLDERS := $(if $(filter /usr /usr/local,$(PREFIX)),bin/ share/man/man1/)

uninstall: ## remove what install has installed
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	@if cd $(DESTDIR)$(PREFIX) 2>/dev/null; then \
		rmdir -p --ignore-fail-on-non-empty $(filter-out $(SYSTEM_FOLDERS),$(FOLDERS)) 2>/dev/null; \
		$(if $(SYSTEM_FOLDERS),true,rmdir --ignore-fail-on-non-empty $(DESTDIR)$(PREFIX)); \
	fi

# The program tells its version, and nothing else knows it.
dist: build ## make a tar ball of what install installs, for /usr/local
	@scripts/dist $(RELEASE)

deb: build ## make a Debian package
	@scripts/setup package
	@DEB_RULES_REQUIRES_ROOT=no debian/rules binary
	@debian/rules clean
	@ls .build/packages/*.deb

setup: ## install the Debian packages that build and tests need and that are missing
	@scripts/setup test

clean: ## remove everything that was built
	rm -rf .build
