# `make demo` and `make test` each do everything from a bare machine: see tools/environment.sh.

BIN := .venv/bin
# make PYTHON=/path/to/python chooses the interpreter, make test ARGS="-k orientation" what pytest runs,
# make bench ARGS="read surfaces" which rows are measured.
export PYTHON
ARGS :=
SECONDS := 120

.PHONY: help demo test test-slow fuzz bench screenshots catalogue lint format wheel bundle bundle-test audit clean environment test-environment

help:
	@echo "make demo         set up, segment the demo scan, say where the results lie"
	@echo "make test         set up, then every check and every quick test"
	@echo "make test-slow    set up, then the tests that take minutes"
	@echo "make bench        measure the program beside what one would use instead"
	@echo "make fuzz         throw damaged files at every reader for SECONDS=120"
	@echo "make screenshots  the pictures of docs, made by the program"
	@echo "make catalogue    the window's words for translators, brought up to date with the code"
	@echo "make lint         style, types and import contracts only"
	@echo "make format       bring the code into the project's style"
	@echo "make wheel        build dist/flare_gui-*.whl"
	@echo "make bundle       build dist/flare-gui-*: one file that needs no Python, and a Debian package"
	@echo "make bundle-test  try them in a Debian root without Python; needs root and debootstrap"
	@echo "make audit        known vulnerabilities of the packages in .venv; asks the network"
	@echo "make clean        remove what the other targets wrote, but keep .venv"

environment:
	@tools/environment.sh

test-environment:
	@tools/environment.sh test

demo: environment
	@tools/demo.sh

test: lint
	tools/with-screen.sh $(BIN)/python -m pytest $(ARGS)

test-slow: test-environment
	tools/with-screen.sh $(BIN)/python -m pytest -m slow $(ARGS)

bench:
	@tools/environment.sh bench
	tools/with-screen.sh $(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: test-environment
	tools/with-screen.sh $(BIN)/python -m tools.screenshots $(ARGS)

fuzz: test-environment
	$(BIN)/python -m tests.fuzz.campaign --seconds $(SECONDS) $(ARGS)

catalogue: test-environment
	$(BIN)/python -m tools.catalogue

lint: test-environment
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: test-environment
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

wheel: test-environment
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

# An environment of its own: what the bundle holds is what the program asks for, and no tool of the tests.
bundle:
	@VENV=.venv-bundle tools/environment.sh dicom,bundle
	.venv-bundle/bin/python -m tools.bundle

bundle-test: environment
	tools/bundle/bare_root.sh
	$(BIN)/python -m tools.bundle.first_paint $(BIN)/flare-gui build/bundle/flare-gui/flare-gui

audit: test-environment
	$(BIN)/python -m pip install -q --disable-pip-version-check pip-audit
	$(BIN)/python -m pip_audit --skip-editable

clean:
	rm -rf build dist demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .grimp_cache
	find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +
