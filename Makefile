# Every target does its own set-up, and does it once: what is done already is known by the files it left.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
PIP_INSTALL := -m pip install -qq --disable-pip-version-check
JS_SOURCES := $(shell find js/src -type f 2>/dev/null) js/build.mjs js/package.json
MODULES := js/node_modules/.package-lock.json
BUNDLE := nbconvo/widgets/static/core.js
READY := .venv/.ready
PLAIN := tests/unit tests/engine tests/parity tests/durable tests/journal tests/faults tests/conversations tests/flow tests/agents
KERNELS := $(patsubst requirements/kernels/%.txt,.venv/kernels/%/.ready,$(wildcard requirements/kernels/*.txt))

# A name on PATH can be a shim that cannot run, so each candidate has to answer; `make PYTHON=...` is asked first.
first_python = $(shell for python in $(1); do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] $(2))' >/dev/null 2>&1 && echo "$$python" && break; done)
ANY_PYTHON = $(PYTHON) python3 python3.11 python3.12 python3.13 python3.14 $(wildcard $(HOME)/.pyenv/versions/3.1*/bin/python3)
NEW_ENOUGH = $(call first_python,$(ANY_PYTHON),< (3$(,) 11))
PYTHON_311 = $(call first_python,$(ANY_PYTHON),!= (3$(,) 11))
PYTHON_312 = $(call first_python,$(ANY_PYTHON),< (3$(,) 12))
PYTHON_313 = $(call first_python,$(ANY_PYTHON),!= (3$(,) 13))
, := ,

# Set CHROMIUM for another one. Looked for when a recipe runs, so one that was installed a moment ago is found.
THE_CHROMIUM = $(or $(CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))


##@ What you came for

demo: $(READY) ## open the first notebook in JupyterLab (HEADLESS=1: run it here and print the transcript)
	.venv/bin/nbconvo demo

# The steps stand in the order of their cost; pytest comes last, so that its summary is the end of the output.
test: $(READY) ## run every check and every test
	@for step in lint types js-test lowest newest sdk pytest; do \
	  printf '\n=== make %s\n' $$step; \
	  $(MAKE) $$step || { printf '\nmake test stopped here: make %s failed\n' $$step >&2; exit 1; }; \
	done

help: ## show this
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)


##@ One part of it

lint: $(READY) $(MODULES) ## ruff, import-linter, tsc, biome
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-logo
	cd js && npm run --silent check

types: $(READY) ## pyright, and the TypeScript written from the Python types
	.venv/bin/pyright
	$(PY) js/typescript.py --check

js-test: $(MODULES) chromium ## vitest in Chromium
	cd js && CHROMIUM="$(THE_CHROMIUM)" npm test

pytest: $(READY) $(KERNELS) chromium ## all of pytest (ARGS="-k name")
	CHROMIUM="$(THE_CHROMIUM)" .venv/bin/pytest $(ARGS)

lowest: .venv-lowest/.ready ## the tests below Jupyter with the oldest versions we allow
	.venv-lowest/bin/python -m pytest -q -o cache_dir=.venv-lowest/cache $(PLAIN)

newest: ## the tests without a browser on Python 3.13, where there is one
	@$(if $(PYTHON_313),$(MAKE) on-313,echo "No Python 3.13 on this machine: nothing is run with it.")

on-313: .venv-313/.ready $(KERNELS)
	.venv-313/bin/python -m pytest -q -o cache_dir=.venv-313/cache $(PLAIN) tests/kernel

sdk: ## compare with the real mistralai.workflows, where there is a Python >= 3.12
	@$(if $(PYTHON_312),$(MAKE) on-sdk,echo "No Python 3.12 or newer on this machine: nothing is compared with the real package.")

on-sdk: .venv-sdk/.ready
	.venv-sdk/bin/python -m pytest -q -o cache_dir=.venv-sdk/cache tests/sdk tests/parity

# `make bench PEERS=` leaves the others out. Where they cannot be installed, it says so and goes on without them.
PEERS = langgraph llamaindex burr dbos
bench: $(READY) ## the benchmarks, beside floors and peers (PEERS= for none)
	@$(if $(strip $(PEERS)),$(MAKE) .venv-peers/.locked || echo "The peers could not be installed: going on without them." >&2,:)
	$(PY) -m benchmarks --peers "$(PEERS)" $(ARGS)


##@ Making things

js: $(BUNDLE) ## the browser bundle

build: $(READY) ## sdist and wheel, in dist/
	$(PY) -m build --no-isolation

kernels: $(KERNELS) ## install the ipykernel versions the kernel tests run on

format: $(READY) $(MODULES) ## let ruff and biome rewrite what they can
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	cd js && npx biome check --write .

# Keeps every version that still fits; `make lock UPGRADE=1` takes the newest. No registry's address gets into a lock.
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
lock: | $(PY) ## write the locks again (UPGRADE=1: with the newest versions)
	$(PY) $(PIP_INSTALL) "uv>=0.9"
	$(COMPILE) --extra lab --extra dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) --extra lab -c requirements/dev.txt pyproject.toml -o requirements/lab.txt
	$(COMPILE) --resolution lowest-direct pyproject.toml requirements/lowest.in -o requirements/lowest.txt
	$(subst 3.11,3.12,$(COMPILE)) requirements/sdk.in -o requirements/sdk.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	$(COMPILE) requirements/peers.in -o requirements/peers.txt
	for kernel in requirements/kernels/*.in; do $(COMPILE) --no-deps $$kernel -o $${kernel%.in}.txt || exit 1; done
	cd js && npm $(if $(UPGRADE),update,install) --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove everything that make made
	rm -rf .venv .venv-* dist js/node_modules nbconvo/widgets/static .pytest_cache .ruff_cache .import_linter_cache
	find nbconvo js tests $(wildcard benchmarks) -name __pycache__ -prune -exec rm -rf {} +


# Set-up ------------------------------------------------------------------------------------------------------------

$(PY):
	$(if $(NEW_ENOUGH),,$(error Python 3.11 or newer, with its venv module, was not found. Install it (Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3))
	$(NEW_ENOUGH) -m venv .venv

.venv/.locked: requirements/dev.txt | $(PY)
	$(PY) $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-lowest/.locked: requirements/lowest.txt
	$(or $(PYTHON_311),$(NEW_ENOUGH)) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-313/.locked: requirements/dev.txt
	$(PYTHON_313) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-sdk/.locked: requirements/sdk.txt
	$(PYTHON_312) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

.venv-peers/.locked: requirements/peers.txt
	$(NEW_ENOUGH) -m venv --clear $(@D)
	$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@touch $@

$(READY) .venv-lowest/.ready .venv-313/.ready .venv-sdk/.ready: %/.ready: %/.locked pyproject.toml js/hatch_build.py | $(BUNDLE)
	$(@D)/bin/python $(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

.venv/kernels/%/.ready: requirements/kernels/%.txt | .venv/.locked
	@rm -rf $(@D)
	$(PY) $(PIP_INSTALL) --no-deps --require-hashes --target $(@D) -r $<
	@touch $@

$(MODULES): js/package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && command -v npm >/dev/null || { \
	  echo "Node 20 or newer, with npm, was not found. Install it from your system's packages, or as a wheel:" >&2; \
	  echo "  pip install --require-hashes -r requirements/node.txt" >&2; exit 1; }
	cd js && npm ci --no-audit --no-fund
	@touch $@

$(BUNDLE): $(MODULES) $(JS_SOURCES)
	cd js && npm run --silent build
	@touch $@

chromium:
	@test -n "$(THE_CHROMIUM)" || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } || { \
	  echo "Chromium was not found. Install it (Debian: apt-get install chromium) or name it: CHROMIUM=/path/to/chromium" >&2; exit 1; }

.PHONY: bench build chromium clean demo format help js js-test kernels lint lock lowest newest on-313 on-sdk pytest sdk test types
