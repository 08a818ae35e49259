# The steps of the set-up, for setup.sh. A step is a script here: it runs when its key has changed, which is a file that holds all that the
# step depends on, or when what it makes is missing. Its stamp is written last, so a step that was killed runs again.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.PRECIOUS: .cache/key/% .cache/stamp/%
.PHONY: FORCE setup build lab checks

steps := tools python pjrt base plotly tokenizers gotools gopls packages kernel specialist fold axe gochecks
.PHONY: $(steps)

setup: tools python pjrt base plotly tokenizers gotools gopls kernel
build: tools python pjrt base plotly tokenizers gotools packages kernel specialist fold
lab: setup build
checks: axe gochecks

$(steps): %: .cache/stamp/%
	@bash .setup/$*.sh ready

.cache/stamp/%: .cache/key/%
	@bash .setup/$*.sh run

.cache/key/%: FORCE
	@{ cat .setup/$*.sh $(files); $(values); } >$@.new; if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Which step comes before which.
stamp = $(addprefix .cache/stamp/,$(1))
$(call stamp,python tokenizers gotools): | $(call stamp,tools)
$(call stamp,pjrt base plotly axe): | $(call stamp,python)
$(call stamp,gopls packages gochecks): | $(call stamp,gotools)
$(call stamp,kernel): $(call stamp,python) | $(call stamp,gotools)
$(call stamp,specialist): | $(call stamp,packages tokenizers kernel)
$(call stamp,fold): | $(call stamp,base specialist)

# What a step depends on besides its script: files, and values, a command that prints them.
values := :
.cache/key/tools: files := go.mod
.cache/key/tools: values := echo "$$PATH $${PYTHON:-} $${CC:-}"
.cache/key/python: files := .setup/requirements.txt
.cache/key/python: values := pwd
.cache/key/pjrt: values := echo "$$PJRT_PLUGIN_LIBRARY_PATH $$GOMLX_BACKEND"
.cache/key/tokenizers: files := .setup/tokenizers/*
.cache/key/tokenizers: values := uname -sm; grep daulet/tokenizers go.mod; echo "$${SPECIALIST_TOKENIZER:-}"; command -v cargo c++ || :
.cache/key/gotools: values := grep -E 'janpfeifer/gonb |golang.org/x/tools ' go.mod; go version || :
.cache/key/gopls: files := .setup/gopls/go.mod .setup/gopls/go.sum
.cache/key/gochecks: files := .ci/tools/go.mod .ci/tools/go.sum
.cache/key/gopls .cache/key/gochecks: values := go version || :
.cache/key/packages: files := go.sum
.cache/key/packages: values := go version || :
.cache/key/kernel: files := .setup/jupyter/* go.sum
.cache/key/kernel: values := pwd; grep janpfeifer/gonb go.mod; command -v go || :
.cache/key/fold: files := .setup/base.sh

# What a step makes, where that may go missing. A venv whose Python has gone is made anew; XLA's plugin is wanted where no other one is given.
made-tools := .cache/python
made-python := .venv/bin/jupyter-lab $(shell .venv/bin/python -c '' 2>/dev/null || echo .venv/none)
made-pjrt := $(if $(filter-out go,$(GOMLX_BACKEND)),$(if $(findstring $(CURDIR)/.cache/pjrt,$(PJRT_PLUGIN_LIBRARY_PATH)),.cache/pjrt/pjrt_c_api_cpu_plugin.so))
made-base := .cache/base/minilm-bert/model.safetensors
made-plotly := .cache/plotly/plotly.min.js .cache/plotly/LICENSE.txt
made-gotools := bin/gonb bin/goimports
made-gopls := .cache/gopls/gopls
made-gochecks := bin/gofumpt bin/gotestsum bin/staticcheck
made-kernel := $(addprefix .venv/share/jupyter/,kernels/gonb/kernel.json kernels/gonb/logo-svg.svg lab/settings/overrides.json)
made-fold := .cache/base/minilm/model.safetensors
made-axe := .cache/axe/axe.min.js
$(foreach s,$(steps),$(if $(filter-out $(wildcard $(made-$(s))),$(made-$(s))),$(eval $(call stamp,$(s)): FORCE)))
# Go knows itself what is up to date.
$(call stamp,specialist): FORCE
