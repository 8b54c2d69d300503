# How does a person set up, run, test and change the product? `make` alone lists the targets.
SHELL := /bin/sh
PYTHON ?= python3

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
NODE := $(BIN)/node
RESOLVE := uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
           --no-header --no-emit-index-url --no-annotate $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help run setup test setup-test lint format soak bench dist manual lock clean

help:
	@echo "make run     set up and start the sample county   安装并启动示例（首次需联网）"
	@echo "make test    set up and run every check and test  安装并运行全部检查与测试"
	@echo "make dist    build the installers for machines without network  制作离线安装包"
	@echo "make lint    checks only                          仅静态检查"
	@echo "make soak    many people at once, and a server that dies: minutes  并发与断电测试（数分钟）"
	@echo "make bench   measure; trust the ratios            性能测量"
	@echo "make manual  take the pictures of the handbook anew   重新生成使用手册截图"
	@echo "make format  put the source in its usual form     统一代码格式"
	@echo "make lock    resolve the pinned dependencies again (UPGRADE=--upgrade for newer ones)"
	@echo "make clean   remove what set-up made; instance/ stays"

run: setup
	@$(BIN)/webmap sample --if-empty
	@exec $(BIN)/webmap run

setup: static/vendor/.lock

test: setup-test lint
	@$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist loadfile || $(BIN)/python -m tests.second_chance $$?

setup-test: setup .venv/.test-packages node_modules/.for-tests

lint: setup-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(NODE) node_modules/@biomejs/biome/bin/biome ci --error-on-warnings
	@$(NODE) node_modules/typescript/bin/tsc --project tsconfig.json
	@$(NODE) tests/floor.mjs

format: setup-test
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	@$(NODE) node_modules/@biomejs/biome/bin/biome check --write

soak: setup-test
	@$(BIN)/python -m tests.soak

bench: setup-test
	@$(BIN)/python -m tests.bench

manual: setup-test
	@$(BIN)/python -m tests.manual_pictures

dist: setup
	@$(BIN)/python offline/make.py

# Each stamp is touched only when its step has succeeded, so that an interrupted set-up is taken up again.
.venv/.python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "需要 Python 3.11 或更高版本，但未找到 $(PYTHON)。请先安装 Python 3.11。"; \
	  echo "Python 3.11 or newer is needed, but there is no $(PYTHON)."; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "需要 Python 3.11 或更高版本，但 $(PYTHON) 是 $$("$(PYTHON)" --version 2>&1)。可指定其他版本：make $(MAKECMDGOALS) PYTHON=python3.11"; \
	  echo "Python 3.11 or newer is needed; name one with PYTHON=python3.11."; exit 1; }
	@echo "首次安装约需几分钟 · Setting up, which takes minutes the first time …"
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; \
	  echo "无法建立虚拟环境。Debian、Ubuntu、统信、麒麟系统请先安装 python3-venv。"; \
	  echo "Could not make a virtual environment: install python3-venv first."; exit 1; }
	@touch $@

.venv/.packages: .venv/.python requirements/build.txt requirements/run.txt
	@echo "安装 Python 依赖 · Installing Python packages …"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	@touch $@

# The package's own build hook fetches the front-end files and leaves the lock file it used beside them.
static/vendor/.lock: .venv/.packages pyproject.toml hatch_build.py package-lock.json
	@echo "取得前端文件 · Fetching front-end files …"
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test-packages: .venv/.packages requirements/test.txt
	@echo "安装测试依赖 · Installing what tests need …"
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

node_modules/.for-tests: static/vendor/.lock
	@$(BIN)/python hatch_build.py
	@touch $@

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv (a development tool): pip install uv"; exit 1; }
	@$(RESOLVE) pyproject.toml -o requirements/run.txt
	@$(RESOLVE) requirements/build.in -c requirements/run.txt -o requirements/build.txt
	@$(RESOLVE) requirements/test.in -c requirements/run.txt -c requirements/build.txt -o requirements/test.txt
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm install --package-lock-only --ignore-scripts

clean:
	rm -rf .venv node_modules static/vendor dist build .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
