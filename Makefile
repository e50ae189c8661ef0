# Every command a person needs, in four groups; `make help` lists them. Each makes what it needs
# first. The library and the C examples need Swift and a C compiler, nothing else. What runs Python
# also needs `make setup`, which then runs by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# embedded: the small library that ships; static: the Swift runtime inside.
FLAVOUR ?= embedded
PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3
CC := gcc

VERSION := 1.0.0
VENV := .venv
PY := $(CURDIR)/$(VENV)/bin/python
LIBRARY := build/libnnswift.so
SOURCES := $(shell find Sources Include -type f) Package.swift
EXAMPLES := digits predict mnist csv_demo noshow_train noshow_predict
REPORTS := b_mnist e_linear
C_FLAGS := -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -IInclude
# Python with the package of this checkout and the library just built.
HERE := PYTHONPATH=$(CURDIR)/bindings/python NNSWIFT_LIBRARY=$(CURDIR)/$(LIBRARY)

help: ## this list
	@sed -nE -e 's/^##@ /\n/p' -e 's/^([a-z-]+):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

##@ use

lib: $(LIBRARY) ## the shared library, build/libnnswift.so (FLAVOUR=static: the second product)

$(LIBRARY): build/$(FLAVOUR)/libnnswift.so
	@mkdir -p build
	@cp -f $< $(LIBRARY).new && mv -f $(LIBRARY).new $(LIBRARY)
	@ln -sf libnnswift.so build/libnnswift.so.1
	@cp -f Include/nnswift.h build/nnswift.h
	@echo $(FLAVOUR) > build/.flavour
	@echo "$(LIBRARY): $(FLAVOUR), $$(stat -c %s $(LIBRARY)) bytes"

# Remembers which flavour build/libnnswift.so holds.
ifneq ($(shell cat build/.flavour 2>/dev/null),$(FLAVOUR))
.PHONY: $(LIBRARY)
endif

build/embedded/libnnswift.so build/static/libnnswift.so: build/%/libnnswift.so: $(SOURCES) tools/build.sh
	@bash tools/build.sh $* $@

install: lib ## library, links, header and nnswift.pc below PREFIX
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include
	install -m 755 $(LIBRARY) $(DESTDIR)$(PREFIX)/lib/libnnswift.so.$(VERSION)
	ln -sf libnnswift.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libnnswift.so.1
	ln -sf libnnswift.so.1 $(DESTDIR)$(PREFIX)/lib/libnnswift.so
	install -m 644 Include/nnswift.h Include/nnswift_dl.h $(DESTDIR)$(PREFIX)/include
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' nnswift.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/nnswift.pc

examples: $(EXAMPLES:%=build/examples/%) $(REPORTS:%=build/examples/%) ## the C examples, into build/examples

build/examples/%: examples/c/%.c $(wildcard examples/c/*.c examples/c/*.h) | $(LIBRARY)
	@mkdir -p build/examples
	$(CC) $(C_FLAGS) -o $@ $< $(filter-out $(EXAMPLES:%=examples/c/%.c),$(wildcard examples/c/*.c)) -Lbuild -lnnswift -lm -Wl,-rpath,'$$ORIGIN/..'

$(REPORTS:%=build/examples/%): build/examples/%: examples/reports/%.c $(wildcard examples/c/*.c examples/c/*.h) | $(LIBRARY)
	@mkdir -p build/examples
	$(CC) $(C_FLAGS) -Iexamples/c -o $@ $< $(filter-out $(EXAMPLES:%=examples/c/%.c),$(wildcard examples/c/*.c)) -Lbuild -lnnswift -lm -Wl,-rpath,'$$ORIGIN/..'

python: build/.python ## the Python package, into .venv

build/.python: $(LIBRARY) $(shell find bindings/python -name '*.py' -o -name '*.toml' 2>/dev/null) | build/.setup
	@cd bindings/python && NNSWIFT_BUILT_LIBRARY=$(CURDIR)/$(LIBRARY) $(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --force-reinstall --no-deps .
	@touch $@

demo: examples python ## learns handwritten digits in C and in Python, saves, classifies in a second process
	build/examples/digits examples/data/digits.u8 build/digits.safetensors
	build/examples/predict build/digits.safetensors
	$(PY) examples/python/digits.py
	$(PY) examples/python/predict.py

data: setup ## public data sets, into build/data (or taken from NNSWIFT_DATA_DIR)
	@$(PY) examples/data/fetch.py --into build/data || { code=$$?; [ $$code -eq 3 ] && echo "skipped: data could not be fetched"; }

##@ develop

setup: build/.setup ## a Python environment in .venv, and abidiff where packages may be installed

build/.setup: tools/setup.sh tools/requirements.txt
	@mkdir -p build
	@PYTHON=$(PYTHON) bash tools/setup.sh $(VENV)
	@touch $@

test: lib python examples ## before every commit: Swift, C, Python, examples, documents (under 5 minutes)
	@bash tools/test.sh

check: lib python ## before every pull request: static flavour, abi, sanitizers, damaged input
	@bash tools/check.sh

abi: lib setup ## exports, types, constants and programs of older headers against this library
	@$(PY) -m pytest -q -rs -p no:cacheprovider Tests/ABI

coverage: python ## lines of Sources/NNFile and Sources/NNSwift that no test reaches; fails below 95 %
	@$(PY) tools/coverage.py

sanitize: ## Swift tests and C clients under four sanitizers (SANITIZERS=address or thread)
	@bash tools/sanitize.sh $(SANITIZERS)

MANUAL := .venv-manual/bin/python

$(MANUAL): docs/manual/requirements.txt
	$(PYTHON) -m venv .venv-manual
	.venv-manual/bin/pip install --quiet --disable-pip-version-check -r docs/manual/requirements.txt
	@touch $@

manual: $(MANUAL) ## the documents and the Python package as a site, build/manual/site; a warning fails
	@$(MANUAL) tools/manual.py build/manual/source
	@NO_MKDOCS_2_WARNING=1 $(MANUAL) -m mkdocs build --quiet --strict --config-file docs/manual/mkdocs.yml
	@echo "build/manual/site/index.html"

clean: ## removes everything built
	rm -rf build .build .build-*

##@ prove

GOLDEN := .venv-golden/bin/python
GOLDEN_ENV := $(HERE) KERAS_BACKEND=torch

$(GOLDEN): Tests/Golden/requirements.txt
	$(PYTHON) -m venv .venv-golden
	.venv-golden/bin/pip install --quiet --disable-pip-version-check -r Tests/Golden/requirements.txt
	@touch $@

golden: $(GOLDEN) ## makes the golden numbers anew with the pinned frameworks (a few GB)
	for part in layers trajectories studies metrics keras; do $(GOLDEN_ENV) $(GOLDEN) Tests/Golden/$$part/make.py || exit 1; done

golden-check: lib $(GOLDEN) ## golden numbers, metrics, conversions, ONNX and estimators against the frameworks
	$(GOLDEN_ENV) $(GOLDEN) -m pytest -q -p no:cacheprovider -W ignore Tests/Golden/check_*.py
	$(GOLDEN_ENV) $(GOLDEN) -m pytest -q -p no:cacheprovider -rs bindings/python/tests/test_convert*.py bindings/python/tests/test_onnx*.py bindings/python/tests/test_sklearn*.py Tests/Docs/test_sklearn_page.py

parity: lib $(GOLDEN) ## writes docs/parity.md: our numbers beside the references
	@$(GOLDEN_ENV) $(GOLDEN) Tests/Golden/parity.py

SAME_BYTES ?= compare build/same_bytes.json

reference: lib setup ## writes the options into the tables of docs/reference.md
	@$(HERE) $(PY) tools/reference.py

same-bytes: lib setup ## the same bytes as in a record? SAME_BYTES="record FILE" or "compare FILE" (a minute)
	@$(HERE) $(PY) tools/same_bytes.py $(SAME_BYTES)

faults: lib setup ## puts twelve faults into a copy of the sources; a test must catch each (10 minutes)
	@PYTHONPATH=$(CURDIR)/bindings/python $(PY) Tests/Golden/faults.py

manners-faults: lib setup ## puts bad manners into the C floor; a test must catch each (a minute)
	@$(PY) Tests/CContract/faults.py

fuzz: python ## libFuzzer over model files and JSON texts, FUZZ_SECONDS=120 for each target
	@bash Tests/Fuzz/build.sh
	@$(PY) Tests/Fuzz/seeds.py build/fuzz/seeds
	@bash Tests/Fuzz/run.sh

mutants: python ## 20,000 damaged models, checkpoints, specs and configs each, through the release library
	@$(PY) Tests/Fuzz/mutants.py $(MUTANTS)

reports: python ## the five studies at full size, beside what they reported (QUICK=1: under 3 minutes)
	@$(if $(QUICK),,$(MAKE) --no-print-directory data;) bash tools/reports.sh $(if $(QUICK),--quick)

##@ measure

bench-setup: ## the peers of `make bench`, into .venv-bench (a few GB); OpenBLAS and FANN by apt where allowed
	@PYTHON=$(PYTHON) bash Tests/Benchmarks/setup.sh .venv-bench

bench: lib setup ## speed beside the peers installed (an hour; BENCH=--quick: two minutes, BENCH=--help: more)
	@python=.venv-bench/bin/python; [ -x $$python ] || python=$(PY); $$python Tests/Benchmarks/run.py $(BENCH)

ab: lib setup ## OLD=a/libnnswift.so beside build/libnnswift.so: ratios of times in one run (4 minutes)
	@$(PY) Tests/Benchmarks/ab.py $(OLD) $(AB)

.PHONY: help lib install examples python demo data setup test check abi coverage sanitize manual clean \
  golden golden-check parity reference same-bytes faults manners-faults fuzz mutants reports bench-setup bench ab
