# Each target makes what it needs first: an environment of its own for each Python version, in .venv/ (see
# requirements/setup-env.sh). Options:
#   PYTHON=/path/to/python3.11   the interpreter: CPython 3.7 or 3.10 to 3.13; otherwise the first one found
#   TENSORFLOW=own|locked        the interpreter's own TensorFlow (by itself for bench-gpu and bench-npu, where it has one),
#                                or that of requirements/*.lock (otherwise)
#   MODE=performance|full        what the bench targets measure: a bounded number of steps, or training to the end
#   ARGS="..."                   further options for the command that the target runs

MODE = performance
ARGS =
UV = uv==0.13.9

# PYTHON is not named below: a variable from make's command line is in the environment, where no quoting can break it.
IN_ENV = @sh requirements/setup-env.sh
COMPILE = @UV_CUSTOM_COMPILE_COMMAND="make locks" .venv/locks/bin/uv pip compile --quiet --no-emit-index-url \
	--no-emit-find-links $(ARGS) setup.cfg --extra dev

.DEFAULT_GOAL = help
.PHONY: help bench bench-cpu bench-gpu bench-npu report data test lint locks clean

help: ## list the targets
	@echo "harbench: training benchmarks of a human activity recognition network. Targets:"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1 ~\2/p' Makefile | awk -F '~' '{ printf "  %-12s %s\n", $$1, $$2 }'
	@echo
	@sed -n 's/^#   \([A-Z ].*\)/    \1/p' Makefile

bench: bench-cpu ## measure the CPU, then write the report
	$(IN_ENV) harbench report

bench-cpu: ## measure the CPU
	$(IN_ENV) --for cpu harbench run --backend cpu --mode '$(MODE)' $(ARGS)

bench-gpu: ## measure an NVIDIA GPU
	$(IN_ENV) --for gpu harbench run --backend gpu --mode '$(MODE)' $(ARGS)

bench-npu: ## measure an Ascend NPU
	$(IN_ENV) --for npu harbench run --backend npu --mode '$(MODE)' $(ARGS)

report: ## write the report of what was measured
	$(IN_ENV) harbench report $(ARGS)

data: ## fetch the dataset
	$(IN_ENV) harbench data fetch $(ARGS)

test: ## run the tests
	$(IN_ENV) python -m pytest -n auto $(ARGS)

lint: ## check the code: ruff, mypy, and that nothing newer than Python 3.7 is used
	$(IN_ENV) --for lint
	$(IN_ENV) --for lint python -m ruff check .
	$(IN_ENV) --for lint python -m ruff format --check .
	$(IN_ENV) --for lint python -m mypy
	$(IN_ENV) --for lint vermin --quiet --no-tips --target=3.7- --violations backends bench har_model reports

# What is locked follows from setup.cfg and requirements/*.in; ARGS=--upgrade takes the newest releases.
locks: ## write requirements/*.lock anew
	$(IN_ENV) --for lint python -m venv .venv/locks
	@.venv/locks/bin/python -m pip install --quiet $(UV)
	$(COMPILE) --extra tf1 requirements/py37-tf1.in --output-file requirements/py37-tf1.lock \
		--python-version 3.7 --python-platform x86_64-manylinux_2_17
	$(COMPILE) --extra tf2 requirements/tf2.in --output-file requirements/tf2.lock \
		--python-version 3.10 --universal
	$(COMPILE) --extra tf2-cuda requirements/tf2-cuda.in --output-file requirements/tf2-cuda.lock \
		--python-version 3.10 --universal

clean: ## remove environments, caches and build leftovers; never results/, data/ or reports/out/
	@rm -rf .venv build dist harbench.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	@find backends bench har_model reports tests -type d -name __pycache__ -prune -exec rm -rf {} +
	@rm -rf __pycache__
