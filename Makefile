# The words of this house; `make` alone lists them. CI and people call the same ones.
#   make run                       set up what is missing, then `leadscore demo`
#   make run ARGS="score --help"   the same with another verb
#   make test PYTHON=python3.12 VENV=.venv312

PYTHON ?= python3
VENV ?= .venv
ARGS ?= demo
WORKERS ?= 2
UV ?= uv

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
COMPILE := UV_PYTHON_DOWNLOADS=never $(UV) pip compile --quiet --universal --generate-hashes \
	--no-annotate --python-version 3.11 --custom-compile-command 'make lock'

# A stamp carries the checksum of what it stands for: another interpreter, another folder or another
# lock has another stamp, and nothing is installed twice.
sum = $(firstword $(shell $(1) 2>/dev/null | cksum))
MADE := $(VENV)/.made-$(call sum,{ $(PYTHON) -V; pwd; })
RUN := $(VENV)/.run-$(call sum,{ $(PYTHON) -V; pwd; cat pyproject.toml lock.txt; })
DEV := $(VENV)/.dev-$(call sum,{ $(PYTHON) -V; pwd; cat pyproject.toml lock.txt lock-dev.txt; })

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run setup test hunt check fmt format lint types imports containers lock wheel clean claims worlds truth bench beside example-bank

help: ## list the words
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

run: $(RUN) ## set up what is missing, then run leadscore (ARGS, else the demo)
	@$(BIN)/leadscore $(ARGS)

setup: $(DEV) ## set up everything that tests and checks need

test: $(DEV) ## every test, doctest and README block
	@sh tests/parts.sh
	@OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder --doctest-modules src tests

hunt: $(DEV) ## the property tests on cases that no run has seen
	@OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) -m hypothesis --hypothesis-profile=hunt tests

check: $(DEV) ## format, lint, types, import contracts and containers
	@$(MAKE) --keep-going format lint types imports containers

fmt: $(DEV) ## rewrite the code in its format, mend what can be mended
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

format: $(DEV)
	@$(BIN)/ruff format --quiet --check . || { echo 'Format: run make fmt.' >&2; exit 1; }

lint: $(DEV) ## ruff
	@$(BIN)/ruff check --quiet --output-format concise .

types: $(DEV) ## mypy --strict on src and tests
	@$(BIN)/mypy

imports: $(DEV) ## the import contracts
	@$(BIN)/lint-imports --no-cache > $(VENV)/imports.txt 2>&1 \
		&& grep '^Contracts:' $(VENV)/imports.txt || { cat $(VENV)/imports.txt; exit 1; }

containers: $(DEV) ## the Dockerfile and the compose file
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml

lock: ## pin anew what pyproject.toml allows (needs uv; UPGRADE=--upgrade takes the newest)
	@$(COMPILE) $(UPGRADE) --extra all --group build pyproject.toml -o lock.txt
	@$(COMPILE) $(UPGRADE) --extra all --group build --group test --group lint -c lock.txt pyproject.toml -o lock-dev.txt

claims: $(RUN) ## measure the published figures anew: docs/claims.md (some minutes)
	@$(BIN)/leadscore claims --out docs/claims.md --force

worlds: $(RUN) ## how near the truth, on known worlds: docs/studies/known_worlds.md (a quarter of an hour)
	@OMP_NUM_THREADS=1 $(BIN)/python benchmarks/known_worlds.py --out docs/studies/known_worlds.md

truth: $(RUN) ## does it keep what it promises: docs/studies/truth.md (half an hour; DATA=bank-additional-full.csv adds that file)
	@OMP_NUM_THREADS=1 $(BIN)/python benchmarks/truth.py $(if $(DATA),--bank $(DATA)) --out docs/studies/truth.md

bench: ## what a score costs beside other libraries: docs/studies/engine.md (twenty minutes, 3 GB of disk)
	@$(MAKE) beside VENV=.venv-bench

beside: $(RUN)
	@$(PIP) install --no-deps -r benchmarks/peers.txt
	@$(BIN)/python benchmarks/peers.py --out docs/studies/engine.md

example-bank: $(RUN) ## the bank marketing example (DATA=bank-additional-full.csv)
	@$(BIN)/python examples/bank_marketing/run.py $(DATA)

wheel: $(RUN) ## build the wheel into dist/
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

clean: ## back to a bare clone
	@rm -rf $(VENV) .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "leadscore needs Python 3.11 or newer, and '$(PYTHON)' is older or not there." >&2; \
		echo "Name another one, for example: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make a virtual environment: its venv or ensurepip module is missing." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3-venv. Then run make again." >&2; exit 1; }
	@echo 'Setting up $(VENV), once; this takes a minute or two.' >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN): | $(MADE)
	@rm -f $(VENV)/.run-* $(VENV)/.dev-*
	@$(PIP) install --require-hashes -r lock.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): | $(MADE)
	@rm -f $(VENV)/.run-* $(VENV)/.dev-*
	@$(PIP) install --require-hashes -r lock-dev.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(RUN) $@
