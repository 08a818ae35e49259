#!/usr/bin/env bash
# The base weights in DistilBERT's layout.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="base weights in DistilBERT's layout"
from=$cache/base/minilm-bert
to=$cache/base/minilm

key() { head -n 1 "$cache/stamp/base"; }
ready() { [ -f "$to/model.safetensors" ]; }

work() {
	rm -rf "$to" "$to.part"
	bin/specialist fold --in "$from" --out "$to.part" || fail "specialist fold did not work" "the error above"
	mv "$to.part" "$to"
}

step "$@"
