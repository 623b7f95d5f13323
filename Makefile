# A bare `make` lists the targets. Everything lives in .venv; nothing else on the machine changes.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Python's compiled files are kept (git ignores them), whatever the environment wishes: the tests start
# hundreds of processes, and each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
# A file's tests stay in one process, so that what they share is set up once. PARALLEL= switches it off.
PARALLEL ?= -n logical --maxprocesses 4 --dist loadfile

# The stamp says which folder the environment was made for: one that was copied or moved here has
# scripts that start another folder's Python.
ifneq ($(shell cat $(VENV)/installed 2>/dev/null),$(CURDIR))
$(VENV)/installed: FORCE
endif

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/installed  ## the main job on a made-up telecom company: segments, risks, a contact list
	@$(BIN)/python -m regulars demo $(ARGS)

test: $(VENV)/installed  ## every test this machine can run; ARGS="-k lake" goes to pytest
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

fast: $(VENV)/installed  ## the tests that need no server, no browser, no real data set and less than a second
	@$(BIN)/python -m pytest $(PARALLEL) -m "not slow and not service and not browser and not data" tests src $(ARGS)

check: check-format check-lint check-types check-imports check-docs check-package  ## format, lint, types, imports, docs, package

check-format: $(VENV)/installed
	@$(BIN)/ruff format --check --diff .

check-lint: $(VENV)/installed
	@$(BIN)/ruff check .

check-types: $(VENV)/installed
	@$(BIN)/mypy

check-imports: $(VENV)/installed
	@$(BIN)/lint-imports --no-logo

check-docs: $(VENV)/installed
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

check-package: $(VENV)/installed
	@$(BIN)/python -m pytest -q -p no:randomly tests/architecture/test_package.py

fmt: $(VENV)/installed  ## put the code into its form, in place
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: check-docs  ## build the documentation into docs/_build/html
	@echo "docs/_build/html/index.html"

approve: $(VENV)/installed  ## accept what changed on purpose: rewrite the reference pages and the golden help
	@$(BIN)/python docs/ext/reference.py && $(BIN)/python docs/ext/report_json.py && $(BIN)/python tests/support/help_pages.py

bench: $(VENV)/installed  ## speed and memory, each as a ratio to the raw tool in the same run
	@$(BIN)/python benchmarks/run.py $(ARGS)

bench-quality: $(VENV)/installed  ## what the models achieve on the real data sets
	@$(BIN)/python benchmarks/run.py --quality $(ARGS)

lock:  ## choose versions at least two weeks old, and pin them in constraints.txt
	@$(PYTHON) .ci/lock.py

clean:  ## remove what was built; .venv stays
	rm -rf build dist docs/_build .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Regulars needs Python 3.11 or newer, and '$(PYTHON)' is: $$($(PYTHON) --version 2>&1 | tail -n 1)" >&2; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12" >&2; exit 2; }
	@$(BIN)/python -c '' 2>/dev/null && grep -qsF "$(CURDIR)/$(VENV)" $(BIN)/pip || { \
	  echo "Making .venv ($$($(PYTHON) --version))"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked versions into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@printf '%s\n' "$(CURDIR)" > $@

FORCE:
.PHONY: help demo test fast check check-format check-lint check-types check-imports check-docs \
  check-package fmt docs approve bench bench-quality lock clean FORCE
