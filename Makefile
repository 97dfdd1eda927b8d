# Two commands: `make demo` runs the product on this machine, `make test` tests it.
# Every target installs what it needs first.
PYTHON := .venv/bin/python
COMPILE := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

SCREENS := $(CURDIR)/docs/images/telas

.PHONY: help demo demo-reset check test test-fast faults bench screenshots format lock

help:
	@echo "make demo        the product on this machine, until Ctrl-C (EVENDAS_PORT, EVENDAS_SIMULATOR_PORT)"
	@echo "make demo-reset  forget the demo's data"
	@echo "make test        every check and every test"
	@echo "make test-fast   the tests without browser and fault drills"
	@echo "make faults      the drills at full size: kills, crashes, floods (about half an hour)"
	@echo "make bench       speeds on a store of a million messages (about ten minutes, nothing else running)"
	@echo "make screenshots every screen, wide and narrow, light and dark, into docs/images/telas, and the pictures of the documents"
	@echo "make check       format, lint, types, import contracts, templates, migrations"
	@echo "make format      let the formatters have their way"
	@echo "make lock        pin dependencies anew after a change in pyproject.toml (needs uv)"

demo:
	@dev/bootstrap
	@$(PYTHON) -m dev.demo

demo-reset:
	@dev/bootstrap
	@$(PYTHON) -m dev.reset

test:
	@dev/bootstrap dev browser
	@$(PYTHON) -m dev.test

test-fast:
	@dev/bootstrap dev
	@$(PYTHON) -m dev.test --fast

faults:
	@dev/bootstrap dev browser
	@$(PYTHON) -m dev.test --faults

bench:
	@dev/bootstrap dev
	@$(PYTHON) -m tests.bench

# These files alone, in their order: no other test's customers are in the pictures.
screenshots:
	@dev/bootstrap dev browser
	@mkdir -p $(SCREENS)
	@EVENDAS_SCREENSHOTS=$(SCREENS) $(PYTHON) -m pytest -q -p no:randomly -m browser tests/e2e/test_screens.py tests/e2e/test_states.py tests/e2e/test_trouble.py tests/e2e/test_first_steps.py
	@cp $(SCREENS)/atendimento-largo-light.png docs/images/atendimento.png
	@cp $(SCREENS)/atendimento-largo-dark.png docs/images/atendimento-escuro.png
	@cp $(SCREENS)/atendimento-estreito-light.png docs/images/celular.png
	@cp $(SCREENS)/passo-*.png docs/images

check:
	@dev/bootstrap dev
	@$(PYTHON) -m dev.check

format:
	@dev/bootstrap dev
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .
	@find templates -name '*.html' -exec .venv/bin/djade --target-version 5.2 {} +

lock:
	@$(COMPILE) pyproject.toml -o requirements.txt
	@$(COMPILE) --extra dev pyproject.toml -o requirements-dev.txt
	@echo uv | $(COMPILE) - -o dev/uv.txt
