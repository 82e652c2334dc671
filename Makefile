# Everything that a person starts. Variables may stand behind the name: make run PORT=9000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := requirements.txt
DEVELOPMENT := requirements.txt requirements-dev.txt
ARGS ?=

.PHONY: run test lint fmt bench test-deps pins messages python libraries development
.DEFAULT_GOAL := run

run: libraries
	@exec $(BIN)/python manage.py up

# With CI set, coverage is measured and must suffice.
test: development
	@exec $(BIN)/python -m pytest -n 2 --dist worksteal $(if $(CI),--cov --cov-report=term:skip-covered) $(ARGS)

lint: development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djangofmt --check templates
	$(BIN)/python -W "ignore:Got an error checking" manage.py makemigrations --check --dry-run

fmt: development
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djangofmt templates

bench: development
	@exec $(BIN)/python -m bench $(ARGS)

# A browser for the tests that drive one.
test-deps:
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "Install Chromium with your package manager: the browser tests need it."; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; else as_root=sudo; fi; \
	$$as_root apt-get update -q && $$as_root apt-get install -y -q --no-install-recommends chromium

# Pins anew what the .in files ask for, with the hashes of every Python and system claimed.
pins: development
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --no-annotate --upgrade $$name.in -o $$name.txt; done

# Brings the Italian catalogue up to the sources and compiles it; what is new is translated by hand,
# and then this is run once more.
messages: development
	@command -v msgfmt >/dev/null || { \
		echo "Install gettext with your package manager: it writes the catalogue."; exit 1; }
	@$(BIN)/python manage.py makemessages --locale it --no-location --no-obsolete \
		--ignore "$(VENV)" --ignore "tests" --ignore "bench"
	@$(BIN)/python manage.py compilemessages --locale it --ignore "$(VENV)"

libraries: python
	@$(PYTHON) smsmonitor/install $(VENV) $(RUNTIME)

development: python
	@$(PYTHON) smsmonitor/install $(VENV) $(DEVELOPMENT)

python:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. Install Python 3.11 or later, or say where it is:" \
			"make run PYTHON=/path/to/python3"; exit 1; }
