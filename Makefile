# make report and make test install what they need below this folder (.venv, .cache, bin); see `make help`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup build report lab test test-unit test-static test-report test-image lint bench bench-reference clean

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
make setup     JupyterLab, the Go kernel, XLA's plugin, the tokenizer, the base weights; nothing outside this folder
make lint      gofumpt, go vet, staticcheck
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

report: build
	@$(if $(filter paper,$(PROFILE)),export GOMLX_BACKEND="$${GOMLX_BACKEND:-xla:cuda}";) . .setup/env.sh; bin/specialist report --profile '$(PROFILE)' $(if $(DATA),--data '$(DATA)') \
		$(foreach s,$(SET),--set '$(s)') $(if $(OUT),--out '$(OUT)') \
		$(foreach s,$(ONLY),--only '$(s)') $(if $(FRESH),--fresh)

lab: setup
	@. .setup/env.sh; jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) --notebook-dir=notebooks $(LAB)

test: build lint test-unit test-static test-report

test-image: build
	@bash .ci/image.sh

lint: build
	@bash .ci/lint/lint.sh

test-unit: build
	@bash .ci/test.sh

test-static: build
	@bash .ci/static.sh

test-report: build
	@bash .ci/report.sh

bench: build
	@bash .ci/bench/bench.sh $(BENCH) $(if $(QUICK),--quick) $(if $(DATA),--data '$(DATA)')

bench-reference: setup
	@bash .ci/bench/bench.sh reference

clean:
	@if [ -d .cache ]; then chmod -R u+w .cache; fi
	rm -rf .venv .cache bin
