# `make` alone says what there is to do.
#
# Needs Python 3.11 or newer, make, git and a package index that pip already knows. Everything that Python needs
# goes into .venv, at the exact versions and hashes of requirements/*.txt. As root on a Debian-like system the
# Debian packages that lack are installed too; elsewhere you are told which they are.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:

# Name an interpreter by `make PYTHON=/path/to/python3.12 ...`; without it the first fit one of these is taken.
PYTHON ?=
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO_OUT ?= build/demo
# Test workers: a number, or `auto` for one per core.
JOBS ?= auto
# `required` makes a missing browser an error; otherwise the tests that need one say that they were skipped.
HOLDFIRE_BROWSER ?= optional
# `required` makes missing Java an error; otherwise the engine suite says that it was skipped.
HOLDFIRE_SPARK ?= optional

APT_GET := DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120

.PHONY: help
help: ## show this table
	@echo 'usage: make TARGET'; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' Makefile

# --- the environment ------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/.stamp-dev $(VENV)/.stamp-package ## make .venv with all that the checks need

$(BIN)/python:
	@set -eu; \
	fit() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	whole() { fit "$$1" && "$$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }; \
	first_of() { for name in $(PYTHONS); do if $$1 "$$name"; then echo "$$name"; return; fi; done; }; \
	python=$$(first_of whole); \
	if [ -z "$$python" ] && [ -n "$$(first_of fit)" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo 'Python has no venv module: installing the Debian package python3-venv.'; \
	    $(APT_GET) update || echo 'The list of Debian packages could not be refreshed; trying with the one at hand.' >&2; \
	    $(APT_GET) install -y --no-install-recommends python3-venv >/dev/null || true; \
	    python=$$(first_of whole); \
	  fi; \
	  if [ -z "$$python" ]; then \
	    echo "Python's venv module is missing: $$(first_of fit) cannot make an environment." >&2; \
	    echo '  Mend: as root, apt-get update && apt-get install python3-venv (Debian, Ubuntu), then make again;' >&2; \
	    echo '  or name another interpreter: make PYTHON=/path/to/python3.12 TARGET' >&2; \
	    exit 1; \
	  fi; \
	fi; \
	if [ -z "$$python" ]; then \
	  echo 'Holdfire needs Python 3.11 or newer. Tried:' >&2; \
	  for name in $(PYTHONS); do \
	    echo "  $$name: $$("$$name" -V 2>/dev/null || echo 'not there')" >&2; \
	  done; \
	  echo '  Mend: install it (Debian 12, Ubuntu 24.04 and newer: apt-get install python3 python3-venv),' >&2; \
	  echo '  or name one: make PYTHON=/path/to/python3.12 TARGET' >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$python" -V) ($$python)."; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV)

# base.txt is part of dev.txt at the same versions: whoever has the second needs no more of the first.
$(VENV)/.stamp-base: requirements/base.txt | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.stamp-dev: requirements/dev.txt requirements/base.txt | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@ $(VENV)/.stamp-base

$(VENV)/.stamp-package: pyproject.toml $(VENV)/.stamp-base
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

# Chromium draws the pages in the browser tests. It is looked for each time, and only fetched where it lacks.
.PHONY: browser
browser:
	@set -eu; \
	found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }; \
	if found >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo 'No Chromium: installing the Debian package chromium for the browser tests.'; \
	  $(APT_GET) update || echo 'The list of Debian packages could not be refreshed; trying with the one at hand.' >&2; \
	  $(APT_GET) install -y --no-install-recommends chromium >/dev/null || true; \
	fi; \
	if found >/dev/null; then exit 0; fi; \
	if [ "$(HOLDFIRE_BROWSER)" = required ]; then then='and HOLDFIRE_BROWSER=required asks for one'; \
	else then='so the tests that need a browser will be skipped'; fi; \
	echo "There is no Chromium here, $$then." >&2; \
	echo '  Mend: as root, apt-get update && apt-get install chromium (Debian), then make test again.' >&2; \
	[ "$(HOLDFIRE_BROWSER)" != required ]

# Spark needs Java; pyspark comes from PyPI with all of Spark in it. Both are only asked for by the engine suite.
$(VENV)/.stamp-spark: requirements/spark.txt $(VENV)/.stamp-dev
	$(PIP) install --quiet --require-hashes -r requirements/spark.txt
	@touch $@

.PHONY: java
java:
	@set -eu; \
	found() { command -v java || { [ -n "$${JAVA_HOME:-}" ] && [ -x "$$JAVA_HOME/bin/java" ]; }; }; \
	if found >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo 'No Java: installing the Debian package openjdk-17-jre-headless for the engine suite.'; \
	  $(APT_GET) update || echo 'The list of Debian packages could not be refreshed; trying with the one at hand.' >&2; \
	  $(APT_GET) install -y --no-install-recommends openjdk-17-jre-headless >/dev/null || \
	    $(APT_GET) install -y --no-install-recommends default-jre-headless >/dev/null || true; \
	fi; \
	if found >/dev/null; then exit 0; fi; \
	if [ "$(HOLDFIRE_SPARK)" = required ]; then then='and HOLDFIRE_SPARK=required asks for it'; \
	else then='so the engine suite will be skipped'; fi; \
	echo "There is no Java here, $$then." >&2; \
	echo '  Mend: as root, apt-get update && apt-get install openjdk-17-jre-headless (Debian), then make test again.' >&2; \
	[ "$(HOLDFIRE_SPARK)" != required ]

# --- to use ---------------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.stamp-package ## run the whole way on a simulated world; results in build/demo
	$(BIN)/holdfire demo --out $(DEMO_OUT)

# --- to build -------------------------------------------------------------------------------------------------

.PHONY: test
test: setup browser check engines ## install what the tests need, then run every check

.PHONY: check
check: setup ## style, types, floors and tests
	@mkdir -p build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports
	$(BIN)/holdfire warm # once, before tests run side by side
	$(BIN)/pytest -n $(JOBS) --maxprocesses 8 --ignore tests/engines

.PHONY: engines
engines: setup java $(VENV)/.stamp-spark ## run the engine suite on a Spark cluster of this machine
	HOLDFIRE_SPARK=$(HOLDFIRE_SPARK) $(BIN)/pytest -n 0 tests/engines

.PHONY: format
format: setup ## put the code into its one format, and mend what can be mended by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# The peers that Holdfire is measured beside are installed only here: no run and no check needs them.
$(VENV)/.stamp-bench: requirements/bench.txt requirements/base.txt | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

.PHONY: bench
bench: setup java $(VENV)/.stamp-bench $(VENV)/.stamp-spark ## install the peers and run each benchmark in turn
	@set -eu; run() { name=$$1; shift; echo "== benchmarks.$$name $$*"; $(BIN)/python -m "benchmarks.$$name" "$$@"; }; \
	run geometry; run front; run pipeline; run assess; run engines; \
	run fusion; run fusion --peers; run fusion --speed; run fusion_real

.PHONY: assets
assets: setup ## refresh the vendored map and script files
	$(BIN)/python scripts/vendor_assets.py

UV_COMPILE = build/pins/bin/uv pip compile --no-config --quiet --upgrade --universal --python-version 3.11 \
  --generate-hashes --fork-strategy fewest --no-emit-index-url --no-emit-find-links \
  --custom-compile-command 'make pins'

.PHONY: pins
pins: $(BIN)/python ## move every pinned requirement to its newest version
	$(BIN)/python -m venv --clear build/pins
	build/pins/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/pins.txt
	$(UV_COMPILE) --output-file requirements/base.txt requirements/base.in
	$(UV_COMPILE) --output-file requirements/statements.txt --constraint requirements/base.txt requirements/statements.in
	$(UV_COMPILE) --output-file requirements/text.txt --constraint requirements/base.txt requirements/text.in
	$(UV_COMPILE) --output-file requirements/dev.txt --constraint requirements/statements.txt \
	  --constraint requirements/text.txt requirements/dev.in
	$(UV_COMPILE) --output-file requirements/spark.txt --constraint requirements/base.txt requirements/spark.in
	$(UV_COMPILE) --output-file requirements/bench.txt --constraint requirements/dev.txt requirements/bench.in
	$(UV_COMPILE) --output-file requirements/pins.txt requirements/pins.in
	rm -rf build/pins

.PHONY: clean
clean: ## remove what was built, but not .venv
	rm -rf build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: distclean
distclean: clean ## remove .venv too
	rm -rf $(VENV)
