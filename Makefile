# Two commands: make run, make test. The rest serves them.
VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
FRONT := web/frontend
FRONT_SOURCES := $(shell find $(FRONT)/src $(FRONT)/build.mjs -type f 2>/dev/null)
TEST_ARGS ?=

.PHONY: run test check bench build lint clean

run: $(VENV)/.run-ready web/static/dist/manifest.json
	@$(BIN)/fieldflow up $(ARGS)

test: $(VENV)/.test-ready web/static/dist/manifest.json
	@sh deploy/chromium.sh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadgroup $(TEST_ARGS)

check: test

bench: $(VENV)/.test-ready web/static/dist/manifest.json
	$(BIN)/python -m tests.bench $(ARGS)

build: $(VENV)/.run-ready web/static/dist/manifest.json

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Fieldflow needs Python 3.11 or newer.")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run-ready: $(VENV)/.created deploy/requirements.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: $(VENV)/.run-ready deploy/requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-dev.txt
	@touch $@

web/static/dist/manifest.json: $(FRONT_SOURCES) $(FRONT)/package-lock.json $(VENV)/.created
	@sh deploy/front_end.sh $(VENV)

clean:
	rm -rf $(VENV) web/static/dist engine/feel/dist $(FRONT)/node_modules
