# make report and make test install what they need below this folder (.venv, .cache, bin): .setup/setup.sh does that; see `make help`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup build checks report lab format test test-unit test-kernel test-static test-report test-image lint bench bench-reference clean

PROFILE ?= demo

define HELP
make report    set up, build, train, and write reports/PROFILE/index.html
                 PROFILE=demo|mtsamples|paper   (demo: synthetic notes, minutes on 2 cores), or a FILE.yaml that extends one
                 DATA=FILE                      the notes: a CSV, for mtsamples
                 SET="key=value key=value"      overrides of the profile
                 OUT=DIR                        instead of reports/PROFILE
                 ONLY="stage stage"             data sweep compare rates baselines errors speed notebooks page
                 FRESH=1                        run the stages anew, whatever is on disk
make lab       JupyterLab with the notebooks and the Go kernel (LAB="--port 8889" for its own options)
make test      set up, build, lint, all tests, a cut-down report made twice
make test-image  the container image, built with buildah and used without a network (as root; FULL=1, CUDA=1)
make build     bin/specialist (bin/specialist --help)
make setup     JupyterLab, the Go kernel with gopls, XLA's plugin, the tokenizer, the base weights; nothing outside this folder
make lint      gofumpt, go vet, staticcheck
make format    brings the Go files and the notebooks into the form that lint and the tests ask for
make bench     speed beside Python's tokenizers, transformers + peft on torch, and ONNX Runtime; growth to 200,000 notes
                 BENCH="tokenizers speed scale"   parts (study: the study in transformers + peft, three seeds)
                 QUICK=1                          fewer rounds
                 DATA=FILE                        the notes (MTSamples where it is at hand, else the demo)
                 make bench-reference first installs what it is measured against (about 5 GB)
make clean     remove .venv, .cache and bin; reports/ and data/ stay

By hand, with the same environment:  . .setup/env.sh

From the environment:
  GOMLX_BACKEND=xla:cpu|xla:cuda|go   xla:cuda: go-xla installs its CUDA plugin below ~/.local/lib at the first run
  PJRT_PLUGIN_LIBRARY_PATH=DIR        XLA plugins of your own instead of the one that the set-up downloads
  SPECIALIST_TOKENIZER=auto|rust|go   the Rust tokenizer where it can be had, insist on it, or do without it
  SPECIALIST_GOPLS=off                JupyterLab without completion, which takes a gigabyte of memory
  PYTHON=PROGRAM                      the Python (3.11 or later, with venv) to make .venv with
  HF_HOME, HF_TOKEN, HF_ENDPOINT      the hub, for PROFILE=paper
endef
export HELP

help:
	@echo "$$HELP"

setup:
	@bash .setup/setup.sh

build:
	@bash .setup/setup.sh build

checks:
	@bash .setup/setup.sh build gopls checks

report: build
	@$(if $(filter paper,$(PROFILE)),export GOMLX_BACKEND="$${GOMLX_BACKEND:-xla:cuda}";) . .setup/env.sh; bin/specialist report --profile '$(PROFILE)' $(if $(DATA),--data '$(DATA)') \
		$(foreach s,$(SET),--set '$(s)') $(if $(OUT),--out '$(OUT)') \
		$(foreach s,$(ONLY),--only '$(s)') $(if $(FRESH),--fresh)

lab:
	@bash .setup/setup.sh lab
	@. .setup/env.sh; jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) \
		$(if $(findstring notebook-dir,$(LAB))$(findstring root_dir,$(LAB)),,--notebook-dir=notebooks) $(LAB)

format: checks
	@bin/gofumpt -w pkg .ci
	@.venv/bin/python .ci/notebooks.py

test: lint test-unit test-kernel test-static test-report

test-image: build
	@bash .ci/image.sh

lint: checks
	@bash .ci/lint.sh

test-unit: checks
	@bash .ci/test.sh

test-kernel: checks
	@. .setup/env.sh; .venv/bin/python .ci/kernel.py

test-static: build
	@bash .ci/static.sh

test-report: checks
	@bash .ci/report.sh

bench: build
	@bash .ci/bench/bench.sh $(BENCH) $(if $(QUICK),--quick) $(if $(DATA),--data '$(DATA)')

bench-reference: setup
	@bash .ci/bench/bench.sh reference

clean:
	@if [ -d .cache ]; then chmod -R u+w .cache; fi
	rm -rf .venv .cache bin
