# Jenjang. `make` lists what can be made. Needs only make and Python 3.11 or newer with venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

py := .venv/bin/python
pip := $(py) -m pip --disable-pip-version-check --no-input
catalogues := $(wildcard locale/*/LC_MESSAGES/*.po)
bench_py := build/bench/bin/python
test_data := $(CURDIR)/build/test-data

.PHONY: help setup runtime dev demo test api-fuzz check lock format bench cluster clean messages

help:
	@echo "make setup   the environment in .venv/ (again: nothing to do)"
	@echo "make demo    a running site with demonstration data; PORT and JENJANG_DATA choose where"
	@echo "make test    the whole test suite, browser tests included"
	@echo "make check   style, types, layers, settings, migrations, templates"
	@echo "make api-fuzz  10,000 requests that nobody would write, to a running site; API_FUZZ=N for another number"
	@echo "make format  put the source in its usual form"
	@echo "make bench   the engine beside its peers, and what reading costs; BENCH=quick is short; docs/speed.md"
	@echo "make cluster two web servers and three workers, one of each killed; BROKER=redis, rabbitmq or pgmq"
	@echo "make lock    compile requirements*.in into requirements*.txt"
	@echo "make clean   remove the environment and what tests left; var/ stays"

setup: dev messages

runtime: .venv/runtime
dev: .venv/dev

# An environment whose Python has gone, or that was moved here from another folder, is made anew.
.venv/runtime: requirements.txt
	@python=$$(sh config/preflight.sh) && \
	if ! { [ -x $(py) ] && [ "$$($(py) -c 'import sys; print(sys.prefix)')" = "$(CURDIR)/.venv" ]; }; then \
	  rm -rf .venv && "$$python" -m venv .venv; \
	fi
	@echo "Installing what the site runs on ..."
	@$(pip) install --quiet --require-hashes --requirement requirements.txt
	@touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	@echo "Installing what checks and tests need ..."
	@$(pip) install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@

messages: $(catalogues:.po=.mo)

%.mo: %.po | runtime
	@$(py) -m babel.messages.frontend compile --input-file $< --output-file $@ 2>&1 | grep -v "^compiling" || true
	@test -f $@

demo: runtime messages
	@exec $(py) -m config.running

test: dev messages
	@CHROMIUM=$$(sh config/chromium.sh) && SOFFICE=$$(sh config/libreoffice.sh) && SOFTHSM=$$(sh config/softhsm.sh) && \
	  PDFSIG=$$(sh config/poppler.sh) && export CHROMIUM SOFFICE SOFTHSM PDFSIG && \
	  exec $(py) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(PYTEST)

api-fuzz: dev messages
	@exec $(py) -m pytest tests/api/ten_thousand.py -s

check: export JENJANG_DATA := $(test_data)
check: dev messages
	$(py) -m ruff check .
	$(py) -m ruff format --check .
	.venv/bin/lint-imports --no-logo
	$(py) -m mypy .
	$(py) manage.py check --fail-level WARNING
	@echo "manage.py check --deploy, as a production would be set up"
	@env SECRET_KEY="$$($(py) -c 'import secrets; print(secrets.token_urlsafe(60))')" ALLOWED_HOSTS=jenjang.example \
	  DATABASE_URL=postgresql://jenjang_app:secret@db.example/jenjang CELERY_BROKER_URL=redis://queue.example/0 \
	  $(py) manage.py check --deploy --fail-level WARNING
	$(py) -W "ignore:Got an error checking" manage.py makemigrations --check --dry-run
	$(py) manage.py check_templates
	$(py) manage.py messages --check
	$(py) manage.py rules_table --check
	$(py) -m tests.wording.awkward --check

format: dev
	$(py) -m ruff format .
	$(py) -m ruff check --fix .

# Another index or folder of wheels on this machine must not show in the files, so none is written down.
lock: dev
	@for name in requirements requirements-dev bench/requirements; do \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --custom-compile-command "make lock" --output-file $$name.txt $$name.in; \
	done

# The peers never meet the site: they have an environment and a server of their own, below build/.
bench: build/bench/ready
	@exec $(bench_py) -m bench

# Two web servers and three workers, one of each killed under load: BROKER is redis, rabbitmq (Debian's packages) or pgmq.
cluster: export JENJANG_TEST_DATA ?= $(test_data)
cluster: dev
	@$(py) -m tests.operating.nodes --broker $(or $(BROKER),redis) $(CLUSTER)

build/bench/ready: requirements.txt bench/requirements.txt
	@python=$$(sh config/preflight.sh) && rm -rf build/bench && "$$python" -m venv build/bench
	@echo "Installing the site and its peers ..." >&2
	@for file in $^; do \
	  $(bench_py) -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --requirement $$file >&2 || exit 1; \
	done
	@touch $@

clean:
	-@[ ! -x $(py) ] || JENJANG_DATA=$(test_data) $(py) manage.py pg_stop
	rm -rf .venv build
