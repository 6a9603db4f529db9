# Everything runs in .venv, which is made at the first command. Another Python than python3
# (3.11 or newer is needed): make book PYTHON=python3.12
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
# Tests of the built pages; all others need no site.
PAGES := $(addprefix tests/test_, site.py site_exercises.py site_guards.py site_lite.py site_reference.py publication.py)
# Nobody's progress with the exercises changes what a notebook says.
NBVAL := NNLIB_PROGRESS=$$(mktemp -d) $(BIN)/python -m pytest -q --nbval --nbval-current-env --nbval-cell-timeout=300 book

# Matrices of this book's sizes are multiplied fastest by one thread; two get in each other's way.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help book test lab notebooks bench clean

help:
	@echo "make book       execute the chapters and build the site into _build/html"
	@echo "make test       run everything that CI runs"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make notebooks  execute the chapters and store them in their normal form"
	@echo "make bench      nnlib beside PyTorch, JAX and scikit-learn; MNIST=folder for the real task"
	@echo "make clean      remove what these commands made, .venv included"

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 …")'
	@echo "--- Making .venv and installing requirements.txt: about two minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e .
	@touch $(INSTALLED)

book: $(INSTALLED)
	@echo "--- Building the site: about two minutes the first time, then only what has changed."
	@$(BIN)/jupyter-book build -W -n --keep-going --quiet .
	@echo "--- Done: open _build/html/index.html in a browser."

test: $(INSTALLED)
	@echo "--- 1/7 Style of the code (ruff): seconds."
	@$(BIN)/ruff check .
	@echo "--- 2/7 The package, the story, the figures and the build: about three minutes."
	@$(BIN)/python -m pytest -q $(PAGES:%=--ignore=%)
	@echo "--- 3/7 Every number in the chapters, run again (nbval): about two minutes."
	@$(NBVAL)
	@echo "--- 4/7 The same with a browser's NumPy and matplotlib, and with matrix products summed in another order: about two minutes."
	@versions=$$($(BIN)/python tests/browser_versions.py) && export PYTHONPATH=$$versions OPENBLAS_CORETYPE=$$($(BIN)/python tests/blas.py) && $(NBVAL)
	@echo "--- 5/7 The chapters and the core where integers have 32 bits, as in a browser: about two minutes."
	@$(BIN)/python tests/in_32_bits.py
	@echo "--- 6/7 The site, with warnings as errors."
	@$(MAKE) --no-print-directory book
	@echo "--- 7/7 The built pages, and Python in them, in a browser: about a quarter of an hour."
	@$(BIN)/python -m pytest -q -rs $(PAGES)
	@echo "--- All tests passed."

lab: $(INSTALLED)
	@echo "--- Opening the chapters in JupyterLab; Ctrl-C here ends it."
	@$(BIN)/jupyter lab --notebook-dir=book

notebooks: $(INSTALLED)
	@echo "--- Executing the chapters and storing their outputs: about two minutes."
	@$(BIN)/python book/_ext normalise

# Where there is a CPU build of torch for Linux, install that one first: it is much smaller.
bench: $(INSTALLED)
	@echo "--- Installing the peers, once, and racing them: five to ten minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@$(BIN)/python -m bench $(if $(MNIST),--mnist "$(MNIST)") --out _build/bench.json

clean:
	@echo "--- Removing .venv, _build and caches."
	@rm -rf .venv _build build *.egg-info .pytest_cache .hypothesis .ruff_cache
	@find book nnlib tests -name __pycache__ -prune -exec rm -rf {} +
