#!/usr/bin/env bash
# The base weights in DistilBERT's layout.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="base weights in DistilBERT's layout"

work() {
	rm -rf .cache/base/minilm .cache/base/minilm.part
	bin/specialist fold --in .cache/base/minilm-bert --out .cache/base/minilm.part || fail "specialist fold did not work" "the error above"
	mv .cache/base/minilm.part .cache/base/minilm
}

step "$@"
