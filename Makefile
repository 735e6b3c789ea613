# make run      set everything up and serve the demo
# make test     set everything up and run every check
# make help     the rest

PYTHON ?= python3
EXAMPLES ?= 2000
BIN := .venv/bin

.PHONY: help setup run test check fix schema migrations fuzz soak mutants bench e2e

help: ## what there is
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## make .venv and the web pages; skipped where nothing changed
	@command -v $(PYTHON) >/dev/null || { echo "setup: $(PYTHON) is not installed; Usher needs Python 3.11 or later." >&2; exit 1; }
	@$(PYTHON) scripts/setup.py

run: setup ## serve the demo, with a database and a mailbox of its own
	@exec $(BIN)/usher demo

test: check ## formatter, linter, type checker, then the whole suite; ARGS="-k name" for some tests, or as pytest takes it
	@echo "tests"
	@$(BIN)/python -m pytest -n 2 --dist worksteal -q $(ARGS)

check: setup ## formatter, linter and type checker alone
	@echo "formatter and linter"
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@echo "type checker"
	@$(BIN)/pyright --warnings

fix: setup ## bring the code into the form that check wants: order of imports, whatever the linter can mend, format
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .

schema: setup ## write schema.graphql from the code
	@$(BIN)/usher schema > schema.graphql

fuzz: setup ## hostile and random calls in random order: make fuzz EXAMPLES=5000, so many for each test
	@USHER_FUZZ_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n 2 --dist worksteal -q tests/fuzz

soak: setup ## mixed work on several processes while everything fails, behind pgbouncer where it is installed; MINUTES=10, SEED=1
	@$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),10) --seed $(or $(SEED),1)

mutants: setup ## put small faults into the business rules and see that tests fail; SAMPLE=60, SEED=1, ALL=1 for every one (hours)
	@$(BIN)/python -m tests.mutants $(if $(ALL),--all) --sample $(or $(SAMPLE),60) --seed $(or $(SEED),1)

bench: setup ## measure Usher beside Mercurius, PostGraphile and others, for half an hour; on Linux; ARGS="--quick", ARGS="--help"
	@test -r /proc/self/stat || { echo "bench: it reads what processes cost from /proc, which only Linux has" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py bench
	@$(BIN)/python -m benchmarks $(ARGS)

e2e: setup ## the portal and the explorer in a real browser, JavaScript clients and their tools, nginx in front, PgBouncer behind; needs curl, and Debian's chromium at /usr/bin/chromium, nginx and pgbouncer
	@command -v curl >/dev/null || { echo "e2e: install curl first: apt-get install curl" >&2; exit 1; }
	@test -x /usr/bin/chromium || { echo "e2e: install chromium first: apt-get install chromium" >&2; exit 1; }
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { echo "e2e: install nginx first: apt-get install nginx-light" >&2; exit 1; }
	@PATH="$$PATH:/usr/sbin" command -v pgbouncer >/dev/null || { echo "e2e: install pgbouncer first: apt-get install pgbouncer" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py e2e
	@$(BIN)/python -m pytest -q e2e
