#!/usr/bin/env bash
# XLA's CPU plugin, out of a wheel.
# shellcheck source=.setup/lib.sh
. "$(dirname "$0")/lib.sh"

title="XLA's CPU plugin"
plugin=.cache/pjrt/pjrt_c_api_cpu_plugin.so

own() { case ${PJRT_PLUGIN_LIBRARY_PATH:-} in "$cache/pjrt" | "$cache/pjrt:"*) true ;; *) false ;; esac }

work() {
	if ! own; then
		case $PJRT_PLUGIN_LIBRARY_PATH in *:*) return ;; esac
		[ -d "$PJRT_PLUGIN_LIBRARY_PATH" ] || fail "PJRT_PLUGIN_LIBRARY_PATH is $PJRT_PLUGIN_LIBRARY_PATH, which is not a folder" \
			"the folder that holds pjrt_c_api_cpu_plugin.so, or unset PJRT_PLUGIN_LIBRARY_PATH"
		note "the one in PJRT_PLUGIN_LIBRARY_PATH=$PJRT_PLUGIN_LIBRARY_PATH"
		return
	fi
	case $GOMLX_BACKEND in
	xla:cuda*) note "CUDA's plugin is installed by go-xla below ~/.local/lib at the first run" ;;
	esac
	if [ -f "$plugin" ]; then return; fi
	case "$(uname -s) $(uname -m)" in
	"Linux x86_64") ;;
	*)
		if [ "$GOMLX_BACKEND" = go ]; then
			note "not for $(uname -s) $(uname -m): GOMLX_BACKEND=go does without it"
			return
		fi
		fail "there is no pinned plugin for $(uname -s) $(uname -m)" \
			"GOMLX_BACKEND=go (pure Go, slow), or PJRT_PLUGIN_LIBRARY_PATH=the folder of a plugin, as go-xla's installer makes it"
		;;
	esac
	from_wheel .cache/pjrt "lammps-jax-pjrt-cpu==0.11.2" 1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1 \
		lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so=pjrt_c_api_cpu_plugin.so
}

step "$@"
