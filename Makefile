# Two commands to know: `make demo` and `make test`. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SIZE ?= full
PORT ?= 8000
HOST ?= 127.0.0.1
NEEDS := apt-get install -y python3 python3-venv make git

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

# --- Setting up -----------------------------------------------------------------------------------------------------

$(VENV)/.installed: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. As root: $(NEEDS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' \
	  || { echo "Python lacks venv. As root: $(NEEDS)"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing the Python packages of requirements.lock …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@# The way from site-packages to src, relative, so that any folder name will do.
	@$(PY) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "zhike.pth").write_text("../../../../src\n")'
	@touch $@

.PHONY: setup
setup: $(VENV)/.installed ## install the Python packages, build the front end, compile the messages
	@$(PY) tools/assets.py build
	@$(PY) tools/messages.py compile

# --- Running --------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## build the demonstration company and run everything; SIZE=small|full PORT=8000
	@exec $(PY) -m zhike.platform.ops.serve --host $(HOST) --port $(PORT) --demo $(SIZE)

.PHONY: demo-write
demo-write: ## a customer of the demonstration writes a mail; FROM=… SUBJECT=… TEXT=… (PORT=8000)
	@$(PY) -m zhike.demo.mailpair write $$(($(PORT) + 2)) "$(FROM)" "$(SUBJECT)" "$(TEXT)"

.PHONY: demo-read
demo-read: ## what came into a mailbox of the demonstration; BOX=… is the part before the @ (PORT=8000)
	@test -n "$(BOX)" || { echo "Name the mailbox: make demo-read BOX=name (the part of the address before the @)"; exit 1; }
	@$(PY) -m zhike.demo.mailpair read $$(($(PORT) + 3)) "$(BOX)"

.PHONY: ring
ring: ## let a telephone of the demonstration company ring; PORT=8000 TO=agent NUMBER=…
	@$(PY) manage.py ring --port $(PORT) --to "$(or $(TO),agent)" $(if $(NUMBER),--number "$(NUMBER)")

.PHONY: run
run: setup ## run everything on the data that are there; HOST=… PORT=…
	@exec $(PY) -m zhike.platform.ops.serve --host $(HOST) --port $(PORT)

.PHONY: admin
admin: migrate ## make the first administrator of an empty company; NAME=… COMPANY=… (USER_NAME=admin)
	@test -n "$$NAME" -a -n "$$COMPANY" || { echo 'Name both: make admin NAME="王敏" COMPANY="知行速运"'; exit 1; }
	@$(PY) manage.py first_administrator --name "$$NAME" --company "$$COMPANY" $(if $(USER_NAME),--username "$$USER_NAME")

.PHONY: migrate
migrate: setup ## bring the database up to this version
	@$(PY) -m zhike.platform.db.launcher ensure
	@ZHIKE_DB_ROLE=owner ZHIKE_PROCESS=migrate $(PY) manage.py prepare

.PHONY: backup
backup: setup ## write one file with database and files; FILE=… (default: var/backups/)
	@$(PY) -m zhike.platform.ops.backup make $(if $(FILE),"$(FILE)")

.PHONY: restore
restore: setup ## bring back a backup, Zhike being stopped; FILE=… REPLACE=1 gives up what is there
	@test -n "$(FILE)" || { echo "Name the file: make restore FILE=var/backups/zhike-….tar"; exit 1; }
	@$(PY) -m zhike.platform.ops.backup restore "$(FILE)" $(if $(REPLACE),--replace)

.PHONY: export-facts
export-facts: setup ## write the rows behind all figures as Parquet files for other programs; DIR=…
	@test -n "$(DIR)" || { echo "Name the folder: make export-facts DIR=/path/to/folder"; exit 1; }
	@$(PY) -m zhike.platform.db.launcher ensure
	@$(PY) manage.py export_facts "$(DIR)"

.PHONY: try-import
try-import: setup ## import a folder of exports and print the figures; DIR=…
	@test -n "$(DIR)" || { echo "Name the folder: make try-import DIR=/path/to/export"; exit 1; }
	@$(PY) -m zhike.platform.db.launcher ensure
	@$(PY) manage.py try_import "$(DIR)"

# --- Proving --------------------------------------------------------------------------------------------------------

.PHONY: check
check: setup ## formats, types, contracts, our own rules, messages, migrations, API snapshot
	@$(PY) -m zhike.platform.db.launcher ensure
	@$(PY) tools/check.py

.PHONY: test
test: setup ## the whole suite in its own databases, browser included
	@$(PY) -m tests.harness.run

.PHONY: fix
fix: setup ## let the tools correct what they can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(PY) -m djlint src --reformat --quiet

.PHONY: messages
messages: setup ## extract and compile the translations
	@$(PY) tools/messages.py extract
	@$(PY) tools/messages.py compile

.PHONY: coverage-page
coverage-page: setup ## write docs/requirements.md from the markers of the tests
	@$(PY) tools/coverage_page.py
