# The house's commands. scripts/bootstrap.py does the work, so that Windows (serve.cmd) runs the same code.
# exec: the recipe's shell must not stand between make and the program when a signal comes.
# Standard output carries results only, also where one make runs another.
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
BOOTSTRAP = exec $(PYTHON) scripts/bootstrap.py

.PHONY: help serve test prove setup upgrade audit lint format

help:
	@echo 'make serve           install what is missing, then start the program: http://127.0.0.1:8080/'
	@echo 'make test            all tests; one part: make test ARGS="tests/knowledge -k ward"'
	@echo 'make prove           measure every bar; one part: make prove ONLY=answers'
	@echo 'make setup           install only; with extras: make setup EXTRAS="transformers postgres"'
	@echo 'make upgrade         backup, newest version, install, migrate, check; back to before: make upgrade ARGS=--back'
	@echo 'make audit           ask for known vulnerabilities of what is installed (needs the network)'
	@echo 'make lint, format    check the code, or put it in shape'

serve:
	@$(BOOTSTRAP) serve $(ARGS)

test:
	@$(BOOTSTRAP) test $(ARGS)

prove:
	@$(BOOTSTRAP) prove $(if $(ONLY),--only "$(ONLY)") $(ARGS)

setup:
	@$(BOOTSTRAP) setup $(EXTRAS)

upgrade:
	@$(BOOTSTRAP) upgrade $(ARGS)

audit:
	@$(BOOTSTRAP) audit $(ARGS)

lint:
	@$(BOOTSTRAP) test tests/house/test_code.py $(ARGS)

format:
	@$(PYTHON) scripts/bootstrap.py setup test
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .
