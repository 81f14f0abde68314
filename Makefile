# Two commands to begin with:
#   make report   makes an environment, analyses a sample recording, says where the page is
#   make test     makes the environment with its tools and runs the tests
#
# Everything happens in .venv; what is made is made again only when pyproject.toml changed.

VENV := .venv
BIN := $(VENV)/bin
OWN_SAMPLE := sample_data/easy_run_chest.csv.gz
SAMPLE ?= $(OWN_SAMPLE)
OUT ?= sample-gait

# A Python that fits: the first of these that is there, new enough, and able to make environments.
FIND_PYTHON = for p in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if command -v "$$p" >/dev/null 2>&1 && "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$p"; exit 0; fi; \
	done; \
	echo "gait needs Python 3.11 or newer with its venv module; found: $$(python3 --version 2>/dev/null || echo none)." >&2; \
	echo "On Debian or Ubuntu: apt-get install python3-venv. Or name one: make PYTHON=/path/to/python3.12 report" >&2; \
	exit 1

.PHONY: help report test lint format bench docs study clean

help:
	@sed -n 's/^#   //p' Makefile

$(BIN)/python:
	@python="$$($(FIND_PYTHON))" && echo "Making $(VENV) with $$("$$python" --version)" && "$$python" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing gait into $(VENV) (once, a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	@echo "Installing gait with its development tools into $(VENV) (once, a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,notebooks]'
	@touch $@ $(VENV)/.installed

report: $(VENV)/.installed
	@test -e "$(SAMPLE)" || test "$(SAMPLE)" != "$(OWN_SAMPLE)" || $(BIN)/gait sample sample_data --quiet
	@out="$(OUT)"; case "$$out" in /*) ;; *) out="$(CURDIR)/$$out" ;; esac; \
	$(BIN)/gait analyze "$(SAMPLE)" --out "$$out"

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -m "not speed" -n 2

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.speed.bench
	@$(BIN)/python -m tests.gait.readers.damage_matrix

docs: $(VENV)/.installed-dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@$(BIN)/python -m mkdocs build --quiet --strict && echo "The documents: $(CURDIR)/build/site/index.html"

# What the traits claim on simulated runs of known truth: minutes; SEEDS=1000 is the whole of docs/traits_study.md.
SEEDS ?= 120
study: $(VENV)/.installed-dev
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.accuracy.study --seeds $(SEEDS)

clean:
	rm -rf $(VENV) "$(OUT)" build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
