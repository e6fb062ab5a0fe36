# SPDX-License-Identifier: Apache-2.0
# Every target sets up what it needs first; `make help` lists them.

PYTHON ?= python3
VENV   := .venv/bin
SETUP  := $(PYTHON) tools/bootstrap.py
PYTEST := $(VENV)/python -m pytest
# Of the tests; auto: one for each core.
WORKERS ?= 2
# Optional programs that system-test installs: Debian package and command.
SYSTEM := rumur:rumur chromium:chromium gtkwave:gtkwave xvfb:Xvfb imagemagick:import

.DEFAULT_GOAL := all
.PHONY: all setup setup-dev setup-formal test check lint test-deep bench coverage formal synthesis system-test docs clean distclean help

# Verilator's own make must not inherit our flags and job slots.
unexport MAKEFLAGS

all: setup ## set up, build the RTL, run the comparison and print its table (the main job)
	@$(VENV)/dmasan compare

setup: ## Debian packages (as root) and .venv, for running
	@$(SETUP)

setup-dev: ## the same with the tools for tests, lint and benchmarks
	@$(SETUP) --dev

setup-formal: ## the same and Yosys and z3 for proofs and synthesis
	@$(SETUP) --dev --formal

test: setup-dev ## all tests but the deep ones
	@$(PYTEST) -n $(WORKERS) --junit-xml=build/test/junit.xml

check: lint ## lint, types and the quick tests that need no simulator: before each commit
	@$(PYTEST) -n $(WORKERS) -m "not cosim and not thorough and not deep and not system"

lint: setup-dev ## ruff, mypy and Verilator's lint
	@$(VENV)/ruff check
	@$(VENV)/mypy
	@$(VENV)/python tools/lint_hdl.py

test-deep: setup-formal ## long searches and soak runs
	@$(PYTEST) -n $(WORKERS) -m deep --timeout=1200

bench: setup-dev ## the table of speeds, peers in the same run
	@$(VENV)/dmasan bench

coverage: setup-dev ## functional coverage by random programs, line and toggle coverage of the RTL
	@$(VENV)/python tools/coverage.py

formal: setup-formal ## proofs of FIFO, register slice and burst splitter
	@$(VENV)/python tools/formal.py

synthesis: setup-formal ## synthesise the engine; its cells and flip-flops into docs/engine.md
	@$(VENV)/python tools/synthesis.py --update

docs: setup-dev ## the documentation as a site: build/docs/index.html; a warning is an error
	@$(VENV)/python -m pip install --quiet --constraint requirements.lock --editable ".[docs]"
	@$(VENV)/python -m sphinx --fail-on-warning --keep-going -q -b html docs build/docs

system-test: docs ## installs the optional programs and runs the tests that use them
	@$(SETUP) --dev $(foreach each,$(SYSTEM),--debian $(each))
	@$(PYTEST) -m "system and not deep" --timeout=600

clean: ## remove results, builds and caches; .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find model tb tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	rm -rf .venv .venv.lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
