# « make nightly » fait la nuit sur l'exemple, « make test » passe les tests ; les deux installent d'abord ce qu'il faut.
PYTHON ?= python3.11
BIN := .venv/bin
CONFIG ?= pipelines/nightly.yaml
export PREFECT_HOME ?= $(CURDIR)/data/.prefect
export PREFECT_SERVER_ANALYTICS_ENABLED ?= false

.PHONY: setup nightly test lint bench clean

setup: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

nightly: setup
	$(BIN)/python pipelines/nightly.py $(CONFIG)

test: setup
	$(BIN)/pytest -q --numprocesses auto --dist loadfile

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python benchmarks/night.py
	$(BIN)/python benchmarks/tagging.py
	$(BIN)/python benchmarks/copies.py

clean:
	rm -rf data/listening.sqlite* data/reports data/.prefect
