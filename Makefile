# What people type. The work is done by docker/install (installation) and by govorun itself.
# ARGS go to the command: make run ARGS="--port 9000", make test ARGS="tests/dialogue -k correction".

SHELL := /bin/sh
BIN := .venv/bin
ARGS ?=
# The tests start many processes. None compiles all its modules anew where the environment forbids Python to keep what it
# has compiled; it is kept beside the packages, not in the checkout.
PYTEST := env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX="$(CURDIR)/.venv/bytecode" $(BIN)/python -m pytest
.DEFAULT_GOAL := help
.PHONY: help run test test-rasa test-torch install check types rules bench endure explore readback moving callback lock torture

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: ## install what is missing and serve
	@docker/install run
	@exec $(BIN)/govorun serve $(ARGS)

# All of them are shared out among processes (tests/scheduling.py); a choice of them runs in one, as it was typed.
test: ## install what the tests need besides and run them all, then make check
	@docker/install test
	@$(PYTEST) $(or $(ARGS),-n auto --maxprocesses 4 --dist loadfile); tests=$$?; $(MAKE) --no-print-directory check && exit $$tests

install: ## install what is missing; try again for what could not be had last time
	@docker/install run --retry

check: ## ruff, mypy, import contracts, and govorun check on the scenarios
	@docker/install test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types rules

types:
	$(BIN)/mypy

rules:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/govorun check scenarios/

bench: ## run every benchmark: a table, and JSON in benchmarks/results/
	@docker/install test
	@$(BIN)/python -m benchmarks $(ARGS)

endure: ## ten thousand short calls in a row: what threads, sockets, files, tasks and memory they leave behind
	@docker/install test
	@$(BIN)/python -m benchmarks.calls --calls 0 --short 10000 $(ARGS)

explore: ## ten thousand random conversations with every scenario set: no error, a reply, an end
	@docker/install test
	@HYPOTHESIS_PROFILE=thousands $(PYTEST) tests/authoring/test_anything.py $(ARGS)

test-rasa: ## run the tests of the Rasa bridge against rasa==3.6.21, installed beside in .venv-rasa (Python 3.10)
	@docker/install test
	@$(BIN)/python -m tests.rasa_real $(ARGS)

test-torch: ## run the tests of Silero's voices, senko and pyannote.audio with torch itself, installed beside in .venv-torch (8 GB)
	@docker/install test
	@$(BIN)/python -m tests.torch_real $(ARGS)

readback: ## everything the bot says of numbers, dates, money and phones, over whole ranges, is understood again
	@docker/install test
	@GOVORUN_READ_BACK=1 $(PYTEST) tests/understanding/test_every_value.py $(ARGS)

moving: ## one booking from a page's chat to the telephone and by an SMS link to Telegram, the process killed at every step
	@docker/install test
	@GOVORUN_MOVING=1 $(PYTEST) tests/spine/test_moving.py $(ARGS)

callback: ## a whole serve and two telephones: nobody answers, the customer is rung back, and the vCon says who talked
	@docker/install test
	@GOVORUN_CALLBACK=1 $(PYTEST) tests/spine/test_called_back.py $(ARGS)

torture: ## thousands of INVITEs a second, mutated messages, broken sound: each SIP stack for half a minute of each
	@docker/install test
	@$(BIN)/python -m tests.voice.hostile $(ARGS)

lock: ## resolve the dependencies anew, with the hash of every file
	@docker/install test
	@docker/lock
