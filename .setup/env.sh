# The environment that the Makefile's recipes, the set-up steps and the kernel share. By hand:
#
#     . .setup/env.sh
#
# It only reads what the set-up has put below the repository, so sourcing it again is harmless. What is already set wins
# where the comment says so.
# shellcheck shell=bash

SPECIALIST_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SPECIALIST_HOME
_cache=$SPECIALIST_HOME/.cache

# Go, Jupyter and the hub's cache all want a home that can be written to.
if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
	export HOME="$_cache/home"
	mkdir -p "$HOME"
fi

for _dir in "$SPECIALIST_HOME/.venv/bin" "$SPECIALIST_HOME/bin"; do
	case ":$PATH:" in
	*":$_dir:"*) ;;
	*) PATH="$_dir:$PATH" ;;
	esac
done
export PATH

# A Python path of some other project's would reach into the venv.
unset PYTHONHOME PYTHONPATH
export JUPYTER_DATA_DIR="$_cache/jupyter"
export JUPYTER_CONFIG_DIR="$_cache/jupyter/config"
export JUPYTER_RUNTIME_DIR="$_cache/jupyter/runtime"
export IPYTHONDIR="$_cache/jupyter/ipython"

# XLA. A GOMLX_BACKEND and a PJRT_PLUGIN_LIBRARY_PATH that are set win. For CUDA go-xla's own installer stays on: it puts
# the CUDA plugin below ~/.local/lib, where the search path has to look too.
export GOMLX_BACKEND="${GOMLX_BACKEND:-xla:cpu}"
case "${PJRT_PLUGIN_LIBRARY_PATH:-$_cache/pjrt}" in
"$_cache/pjrt" | "$_cache/pjrt:"*)
	case "$GOMLX_BACKEND" in
	xla:cuda*)
		export PJRT_PLUGIN_LIBRARY_PATH="$_cache/pjrt:$HOME/.local/lib/go-xla:$HOME/.local/lib/go-xla/nvidia"
		unset GOMLX_NO_AUTO_INSTALL
		;;
	*)
		export PJRT_PLUGIN_LIBRARY_PATH="$_cache/pjrt"
		export GOMLX_NO_AUTO_INSTALL=1
		;;
	esac
	;;
*) export GOMLX_NO_AUTO_INSTALL=1 ;;
esac

# The tokenizer: the Rust library where the set-up has one, unless SPECIALIST_TOKENIZER=go. The linker finds it by
# LIBRARY_PATH and not by CGO_LDFLAGS, because Go compiles most packages anew for each value of the latter.
case ":${LIBRARY_PATH:-}:" in
*":$_cache/tokenizers:"*) ;;
*) export LIBRARY_PATH="$_cache/tokenizers${LIBRARY_PATH:+:$LIBRARY_PATH}" ;;
esac

# The build tag joins the GOFLAGS that are set in the environment or by `go env -w`.
if [ -z "${GOFLAGS+set}" ]; then
	GOFLAGS=$(go env GOFLAGS 2>/dev/null || true)
fi
GOFLAGS=${GOFLAGS//,rusttokenizer/}
GOFLAGS=${GOFLAGS//-tags=rusttokenizer,/-tags=}
GOFLAGS=${GOFLAGS//-tags=rusttokenizer/}
if [ "${SPECIALIST_TOKENIZER:-auto}" != go ] && [ -f "$_cache/tokenizers/libtokenizers.a" ]; then
	case "$GOFLAGS" in
	*-tags=*) GOFLAGS=${GOFLAGS/-tags=/-tags=rusttokenizer,} ;;
	*) GOFLAGS="${GOFLAGS:+$GOFLAGS }-tags=rusttokenizer" ;;
	esac
fi
export GOFLAGS

unset _cache _dir
