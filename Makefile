# Everything runs in .venv, which is made at the first command. Another Python than python3
# (3.11 or newer is needed): make book PYTHON=python3.12. The very packages that the published site
# is made with, each by its SHA-256: make book LOCKED=1
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# A test has the tier that its marker says (pyproject.toml); as many run at once as there are cores.
PYTEST := $(BIN)/python -m pytest -q -n logical --dist loadgroup
# Nobody's progress with the exercises changes what a notebook says.
NBVAL = NNLIB_PROGRESS=$$(mktemp -d) $(BIN)/python -m pytest -q -n logical --dist loadfile \
	--nbval --nbval-current-env --nbval-cell-timeout=300

# Matrices of this book's sizes are multiplied fastest by one thread; two get in each other's way.
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
TESTS := test-package test-site test-pages test-every-page test-browser test-lab test-versions test-32bit test-tools test-bridge
.PHONY: help book chapter cells claims check test test-all style test-rest $(TESTS) lock lab notebooks bench bridge clean

help:
	@echo "make book       execute the chapters and build the site into _build/html"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make check      what to run while working: about a minute"
	@echo "make test       everything that proves the book: about six minutes"
	@echo "make test-all   everything that CI runs: about half an hour; its parts are"
	@echo "                $(TESTS)"
	@echo "make chapter NAME=losses   one chapter: executed, stored, tested"
	@echo "make cells      copy nnlib's definitions into the cells that show them; NAMES=softmax"
	@echo "make claims     repeat every comparison that the prose makes; NAMES=losses"
	@echo "make notebooks  execute the chapters and store them in their normal form"
	@echo "make lock       which packages, by their SHA-256, the published site is made with"
	@echo "make bridge     the same network in nnlib, PyTorch and JAX: are the numbers those of the book?"
	@echo "make bench      nnlib beside PyTorch, JAX and scikit-learn; MNIST=folder for the real task"
	@echo "make clean      remove what these commands made, .venv included"

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 …")'
	@echo "--- Making .venv and installing $(if $(LOCKED),requirements.lock,requirements.txt): about two minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
ifdef LOCKED
	@$(INSTALL) --require-hashes --only-binary :all: -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
else
	@$(INSTALL) -r requirements.txt -e .
endif
	@# What the site carries for the browser: after this nothing asks for a network.
	@$(BIN)/python book/_ext lockfile wheels _build/lite
	@touch $(INSTALLED)

# For Python 3.11 and newer, on any system: the newest that requirements.txt allows.
lock: $(INSTALLED)
	@echo "--- Writing requirements.lock: seconds."
	@$(INSTALL) uv
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock requirements.txt

book: $(INSTALLED)
	@echo "--- Building the site: about two minutes the first time, then only what has changed."
	@$(BIN)/jupyter-book build -W -n --keep-going --quiet .
	@echo "--- Done: open _build/html/index.html in a browser."

# --- tests, in tiers

check: style
	@echo "--- The core, the story and the exercises: half a minute."
	@$(PYTEST) -m quick
	@changed=$$($(BIN)/python tests/changed.py) && if [ -n "$$changed" ]; then \
		echo "--- Every number in what has changed, run again:" $$changed; $(NBVAL) $$changed; \
	else echo "--- No chapter has changed: none is run."; fi
	@echo "--- Checked."

test: style test-package test-site
	@echo "--- The book is proven."

test-all: test test-rest
	@echo "--- All tests passed."

test-rest: test-tools test-versions test-bridge test-lab test-pages test-browser test-32bit

style: $(INSTALLED)
	@echo "--- Style of the code (ruff): seconds."
	@$(BIN)/ruff check .

test-package: $(INSTALLED)
	@echo "--- The package, the story, the exercises, every figure, and the build of a tiny book: about two minutes."
	@$(PYTEST) -m "quick or thorough"

# The build runs each chapter once, and the tests compare what it said with what is stored.
test-site: book
	@echo "--- The site: every number of every chapter, links and layout of all pages, some pages in all modes: about two minutes."
	@$(PYTEST) -m "site and not pages"

test-pages: book
	@echo "--- Pages that changed, and a sample of the others, in all modes; and planted faults: about five minutes."
	@$(PYTEST) -m pages

test-every-page: book
	@echo "--- Every page in every mode, and every chapter in a browser's Python: about half an hour."
	@EVERY_PAGE=1 $(PYTEST) -m pages
	@EVERY_PAGE=1 $(BIN)/python -m pytest -q -m browser -k "chapter_says_what or button_of_a_page"

test-browser: book
	@echo "--- Python in the browser: about five minutes."
	@$(BIN)/python -m pytest -q -m browser

test-lab: $(INSTALLED)
	@echo "--- A chapter in a real JupyterLab: about a minute."
	@$(BIN)/python -m pytest -q -m lab

# What an older NumPy can change: a test file of each module of nnlib, types, data, exercises.
NUMERIC := $(wildcard $(patsubst nnlib/%.py,tests/test_%.py,$(wildcard nnlib/*.py))) \
	tests/test_float32.py tests/test_datasets.py tests/test_import.py \
	tests/test_exercises.py tests/test_exercise_roots.py tests/test_assignment.py

# A number that another version prints otherwise was printed with too many digits.
test-versions: $(INSTALLED)
	@echo "--- The core and the exercises with the oldest NumPy: half a minute."
	@versions=$$($(BIN)/python tests/other_versions.py oldest) && PYTHONPATH=$$versions $(PYTEST) -m quick $(NUMERIC)
	@echo "--- Every chapter with a browser's NumPy and matplotlib, its products summed in another order: about two minutes."
	@versions=$$($(BIN)/python tests/other_versions.py browser) && export PYTHONPATH=$$versions OPENBLAS_CORETYPE=$$($(BIN)/python tests/blas.py) && $(NBVAL) book

test-32bit: $(INSTALLED)
	@echo "--- The chapters and the core where integers have 32 bits, as in a browser: about two minutes."
	@$(BIN)/python tests/in_32_bits.py

test-tools: $(INSTALLED)
	@echo "--- Builds of a tiny book, the chapters as assignments of nbgrader, and in Colab: about three minutes."
	@$(PYTEST) -m tools

# The chapter's programs, run in PyTorch and JAX: what comes out is what the book has stored.
test-bridge: bridge

# --- the rest

# Its settings are in .jupyter, the reader's own stay as they are.
lab: $(INSTALLED)
	@echo "--- Opening the book's first page in JupyterLab; Ctrl-C here ends it."
	@JUPYTER_CONFIG_PATH=$(CURDIR)/.jupyter JUPYTER_PATH=$(CURDIR)/.jupyter $(BIN)/jupyter lab book/index.ipynb

notebooks: $(INSTALLED)
	@echo "--- Executing the chapters and storing their outputs: about two minutes."
	@$(BIN)/python book/_ext normalise

# Tests of a chapter bear its name, or that of a module that it shows.
chapter: $(INSTALLED)
	@test -f "book/$(NAME).ipynb" || { echo "which chapter? make chapter NAME=losses, for book/losses.ipynb"; exit 2; }
	@echo "--- Executing $(NAME), storing its outputs, and testing it, its exercises, figures and story: about a minute."
	@$(BIN)/python book/_ext normalise book/$(NAME).ipynb
	@$(PYTEST) -m "quick or thorough" -k "$$($(BIN)/python tests/of_chapter.py $(NAME))"
	@echo "--- Its page: make book."

cells: $(INSTALLED)
	@$(BIN)/python book/_ext definitions $(NAMES)

claims: $(INSTALLED)
	@echo "--- Repeating the comparisons that the prose makes, over seeds and settings: some minutes."
	@$(BIN)/python -m claims $(NAMES)

# Where there is a CPU build of torch for Linux, install that one first: it is much smaller.
bench: $(INSTALLED)
	@echo "--- Installing the peers, once, and racing them: five to ten minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@$(BIN)/python -m bench $(if $(MNIST),--mnist "$(MNIST)") --out _build/bench.json

# Nothing else of the book needs these frameworks: they have an environment of their own. Where there
# is a CPU build of torch for Linux, install that one there first.
FRAMEWORKS := _build/frameworks
bridge:
	@echo "--- Installing PyTorch and JAX into $(FRAMEWORKS), once, and running the programs of The bridge: three minutes."
	@test -x $(FRAMEWORKS)/bin/python || $(PYTHON) -m venv $(FRAMEWORKS)
	@$(FRAMEWORKS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bridge.txt
	@$(FRAMEWORKS)/bin/python -m bridge

clean:
	@echo "--- Removing .venv, _build and caches."
	@rm -rf .venv _build build *.egg-info .pytest_cache .hypothesis .ruff_cache
	@find book nnlib nnbook tests -name __pycache__ -prune -exec rm -rf {} +
