# `make demo` and `make test` are all that is needed on a fresh Debian or Ubuntu: python3 >= 3.11 and make, no root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo
WORKERS ?= 2
# processes run side by side, so threads of the linear algebra would only fight for the cores
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: demo test test-torch check clean

demo: $(VENV)/.installed
	@test -f $(DEMO)/campaign.toml || $(BIN)/grainway init --demo $(DEMO)/campaign.toml
	$(BIN)/grainway run $(DEMO)/campaign.toml

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/repo-review .
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

# the extras of reactive potentials and of BoTorch bring PyTorch: a run of their own, in the same environment
test-torch: $(VENV)/.installed-torch
	$(BIN)/python -m pytest -m 'mlip or botorch'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "grainway needs Python 3.11 or newer as $(PYTHON); on Debian or Ubuntu: sudo apt install python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv module is missing; on Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[skopt]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' # knows groups
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[skopt,stacie]' --group test
	@touch $@

$(VENV)/.installed-torch: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mlip,botorch]'
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
