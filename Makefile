# Every target sets up what it needs in .venv, from requirements pinned by hash. Nothing is installed outside this folder.
#   make demo [FOR=20s]   a simulated city, a broker and Denyut beside it (ARGS="--data-dir DIR": more options)
#   make test             all tests, some at once (ARGS="tests/storage -x": a part of them, one after the other)
#   make torture          kills and faults again and again, long (DENYUT_SEED=N: the same moments again)
#   make check            lint, format, types, layout
#   make bench            the figures about speed
#   make lock             resolve the requirements again (UPGRADE=1: newest versions)
#   make clean            remove what the targets made, the data of a demo excepted

PYTHON ?= python3
# Tests wait for real servers half of their time: three at once keep two cores busy, and none of them waiting too long.
AT_ONCE ?= 3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input
LOCKED := $(PIP) --require-hashes --only-binary :all:
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test torture check bench lock clean

help:
	@sed -n '2,8s/^#   //p' Makefile

demo: $(VENV)/.run
	@$(BIN)/denyut demo $(if $(FOR),--for $(FOR)) $(ARGS)

# What is killed, overloaded or short of disk has the machine to itself.
test: $(VENV)/.dev
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest -n $(AT_ONCE) --dist loadfile --no-loadscope-reorder --ignore tests/torture
	@$(BIN)/python -m pytest tests/torture
endif

torture: $(VENV)/.dev
	@DENYUT_TORTURE=1 $(BIN)/python -m pytest -s tests/torture $(ARGS)

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest --quiet tests/test_layout.py

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(ARGS)

lock: $(VENV)/.lock
	$(COMPILE) --group build -o requirements/build.txt
	$(COMPILE) --group lock -o requirements/lock.txt
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) pyproject.toml --extra dev --extra bench -c requirements/dev.txt -o requirements/bench.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON). On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Denyut needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
		"Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# --no-build-isolation: the build uses the setuptools pinned here; isolation would fetch one that nobody pinned.
$(VENV)/.run: $(VENV)/.made requirements/build.txt requirements/run.txt pyproject.toml
	@echo "Installing Denyut and its requirements ..."
	@$(LOCKED) -r requirements/build.txt -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Installing what the tests need ..."
	@$(LOCKED) -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.txt
	@echo "Installing what the benchmarks compare with ..."
	@$(LOCKED) -r requirements/bench.txt
	@touch $@

$(VENV)/.lock: $(VENV)/.made requirements/lock.txt
	@$(LOCKED) -r requirements/lock.txt
	@touch $@
