# make demo | test | check | bench. Everything is set up in .venv the first time; nothing is installed outside it, but for
# Chromium, which the browser tests use where apt-get and root are at hand.
.DEFAULT_GOAL := demo
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check bench measure browser clean

.venv/core: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "writingbench needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# Training is tested on the CPU. This release of torch has a build for it on the index or a mirror of it; plain `torch`
# would bring gigabytes of CUDA. Named again below, so that nothing that wants torch takes another.
TORCH := torch==2.13.0

.venv/dev: .venv/core
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	$(BIN)/python -m pip install --quiet --editable '.[test,check]' '$(TORCH)'
	@touch $@

demo: .venv/core
	@# 1 is "done but incomplete": a mark that a 135M model did not manage is a result of the demo, not its failure
	$(BIN)/writingbench run || [ $$? -eq 1 ]

# a file of tests on each core at a time
test: .venv/dev browser
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: .venv/dev
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

# What speed is, as ratios within one run; some 20 minutes on two quiet cores, and worth nothing on busy ones.
bench: .venv/dev
	$(BIN)/python bench/overhead.py --connections 200
	$(BIN)/python bench/overhead.py --connections 64
	$(BIN)/python bench/pipelining.py
	$(BIN)/python bench/memory.py
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/prefix.py
	$(BIN)/python bench/embedded.py
	$(BIN)/python bench/resampling.py
	$(BIN)/python bench/size.py
	$(BIN)/python bench/checks.py

# How often labels, checks, the lint, masking and likeness are right, mostly on the data in ../shared; half an hour.
measure: .venv/dev
	$(BIN)/python bench/labels.py
	$(BIN)/python bench/criteria_lint.py
	$(BIN)/python bench/demands.py
	$(BIN)/python bench/structure.py
	$(BIN)/python bench/language_check.py
	$(BIN)/python bench/figures.py
	$(BIN)/python bench/repetition.py
	$(BIN)/python bench/completeness.py
	$(BIN)/python bench/contradictions.py
	$(BIN)/python bench/alike.py
	$(BIN)/python bench/mask.py
	$(BIN)/python bench/tagging.py
	$(BIN)/python bench/next_pairs.py

# The pages are tested in a real browser. Without one those tests are skipped and say so.
browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing chromium for the browser tests"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	  else echo "no chromium: the browser tests will be skipped (apt-get install chromium fonts-noto-cjk)"; fi; }

clean:
	rm -rf .venv writingbench-out build dist
