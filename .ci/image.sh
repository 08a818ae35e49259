#!/usr/bin/env bash
# The image, built and used where there is no image registry: a base made by debootstrap, the target `cpu` built with buildah, then what
# its containers do, with no network. The report made inside has to equal the one made outside.
#
#     FULL=1   the whole demo report instead of the cut-down one
#     CUDA=1   the target `cuda` too, as far as it goes without a GPU (some GB)
#
# Needs root, and apt-get for what is missing. What it keeps lies in .cache/image, and makes the next call quick.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=.setup/env.sh
. .setup/env.sh
PATH=$PATH:/usr/sbin:/sbin # of debootstrap and ip, which a user's PATH may lack

most=1500000000 # bytes, of the target cpu
suite=trixie
base=localhost/specialist-base:$suite
store=$SPECIALIST_HOME/.cache/image

fail() {
	echo "image: $1" >&2
	exit 1
}
say() { echo "image: $* (${SECONDS} s)"; }

[ "$(id -u)" = 0 ] || fail "debootstrap and buildah need root here; try: sudo make test-image"
[ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || fail "XLA's pinned plugin is for Linux x86_64, this is $(uname -s) $(uname -m)"
missing=()
command -v buildah >/dev/null || missing+=(buildah)
command -v debootstrap >/dev/null || missing+=(debootstrap)
command -v ip >/dev/null || missing+=(iproute2)
[ -f /usr/share/keyrings/debian-archive-keyring.gpg ] || missing+=(debian-archive-keyring)
if [ ${#missing[@]} != 0 ]; then
	command -v apt-get >/dev/null || fail "not installed here: ${missing[*]}"
	say "installing ${missing[*]} with apt-get"
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get -o DPkg::Lock::Timeout=300 -qq update &&
		apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}"; } >&2 ||
		fail "apt-get could not install them; try: apt-get install ${missing[*]}"
fi
[ -e "/usr/share/debootstrap/scripts/$suite" ] || fail "this debootstrap does not know $suite; try a later version of it"

mkdir -p "$store"
exec 9>"$store/lock"
flock -n 9 || fail "another test of the image is running in this checkout"

work=$(mktemp -d)
export BUILDAH_ISOLATION=chroot
buildah=(buildah --root "$store/storage" --runroot "$work/run")
b() { "${buildah[@]}" "$@" 8>&- 9>&-; }

cleanup() {
	trap - EXIT
	trap '' INT TERM
	local path
	b rm --all >/dev/null 2>&1 || true
	# What a step that was interrupted has left mounted.
	awk -v a="$store/" -v b="$work/" 'index($2, a) == 1 || index($2, b) == 1 { print $2 }' /proc/mounts | sort -r |
		while read -r path; do umount -l "$path" || true; done
	rm -rf "$work"
}
trap cleanup EXIT
exec 8>&2 # a trap may run where the output of a command goes elsewhere
trap 'echo "image: interrupted; the layers that are built stay" >&8; exit 130' INT TERM

# The base, as the one that the Dockerfile names: without documents and translations.
if ! b inspect --type image "$base" >/dev/null 2>&1; then
	say "making the base from Debian's $suite"
	c=$(b from scratch)
	root=$(b mount "$c")
	debootstrap --variant=minbase "$suite" "$root" >"$work/debootstrap.log" 2>&1 9>&- || {
		tail -n 5 "$work/debootstrap.log" >&2
		fail "debootstrap could not make the base"
	}
	printf 'path-exclude /usr/share/%s/*\n' doc info locale man >"$root/etc/dpkg/dpkg.cfg.d/docker"
	rm -rf "$root"/usr/share/{doc,info,locale,man}/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
	b config --cmd bash "$c"
	b umount "$c" >/dev/null
	b commit -q --rm "$c" "$base" >/dev/null
fi

# build TARGET...: the images localhost/specialist:TARGET. A stage is a target too, so that its layers have a name and are kept.
build() {
	local target options=(--layers --format docker --network host --build-arg "BASE=$base" -f docker/Dockerfile)
	local bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
	if [ -f "$bundle" ]; then
		options+=(-v "$bundle:/usr/local/share/hostca.crt:ro" --build-arg SSL_CERT_FILE=/usr/local/share/hostca.crt)
	fi
	for target in "$@"; do
		say "building $target"
		b bud "${options[@]}" --target "$target" -t "localhost/specialist:$target" . >"$store/$target.log" 2>&1 || {
			tail -n 25 "$store/$target.log" >&2
			fail "$target could not be built; the whole log is .cache/image/$target.log"
		}
	done
	# What an earlier state of the sources has left.
	b rmi --prune >/dev/null 2>&1 || true
}

# bytes TARGET: what all layers of an image take, unpacked.
bytes() { b images --format '{{.Size}}' "localhost/specialist:$1" | tr -d ' B' | tr k K | numfmt --from=si; }

# container OPTIONS... NAME -- COMMAND...: runs the command in a container with no network but a loopback, and only its own processes.
container() {
	unshare --net --pid --fork --kill-child --mount-proc sh -c 'ip link set lo up && exec "$@"' sh "${buildah[@]}" run "$@" 9>&-
}

# words FIELD: a list of the image's configuration into REPLY.
words() { mapfile -t REPLY < <(b inspect --format "{{range $1}}{{println .}}{{end}}" "$c" | sed '/^$/d'); }

build setup build cpu
c=$(b from --pull-never localhost/specialist:cpu)
root=$(b mount "$c")
size=$(bytes cpu)
say "the image is $((size / 1000000)) MB unpacked, of at most $((most / 1000000))"
du -xsm "$root"/usr "$root"/usr/local/go "$root"/opt/go/pkg "$root"/opt/go/build "$root"/opt/specialist/{bin,.venv} "$root"/opt/specialist/.cache/* |
	sed "s|$root||; s/^/    MB /"
[ "$size" -le "$most" ] || fail "that is too much"

words .OCIv1.Config.Entrypoint
entry=("${REPLY[@]}")
words .OCIv1.Config.Env
case " ${REPLY[*]}" in *" SSL_CERT_FILE="* | *_proxy=* | *_PROXY=*) fail "the image keeps the environment of its build: ${REPLY[*]}" ;; esac
words .Docker.Config.Healthcheck.Test
[ "${REPLY[0]}" = CMD ] || fail "the image has no health check"
health=("${REPLY[@]:1}")
[ ! -e "$root/opt/specialist/.git" ] || fail "the image holds .git"

say "users, commands and JupyterLab"
user=$(container "$c" -- "${entry[@]}" id -u)
[ "$user" = 1000 ] || fail "the image runs as user $user"
for user in 1000 12345; do
	each=$(b from --pull-never localhost/specialist:cpu)
	container --user "$user:$user" -v "$PWD/.ci/image.py:/image.py:ro" "$each" -- "${entry[@]}" python /image.py "${entry[0]}" "${health[@]}" ||
		fail "a container of user $user does not do its work"
	b rm "$each" >/dev/null
done

profile=$PWD/.ci/small.yaml
if [ -n "${FULL:-}" ]; then profile=demo; fi
say "the report outside"
bin/specialist report --profile "$profile" --fresh --out "$work/outside" 2>"$work/log" || {
	tail -n 5 "$work/log" >&2
	fail "no report outside"
}
say "the report inside"
install -d -o 1000 -g 1000 "$work/reports"
options=(-v "$work/reports:/opt/specialist/reports")
if [ -f "$profile" ]; then
	options+=(-v "$profile:/opt/specialist/small.yaml:ro")
	profile=small.yaml
fi
# The health check is asked while the report is made.
# shellcheck disable=SC2016
container "${options[@]}" "$c" -- bash -c '"$0" report --profile "$1" --out /opt/specialist/reports/inside & sleep 5; "${@:2}" && wait $!' \
	"${entry[0]}" "$profile" "${health[@]}" 2>"$work/log" || {
	tail -n 5 "$work/log" >&2
	fail "no report inside"
}
bin/specialist diff "$work/outside" "$work/reports/inside" || fail "the report made inside differs from the one made outside"
say "the report made inside equals the one made outside"

if [ -n "${CUDA:-}" ]; then
	build nvidia cuda
	say "the image with CUDA is $(($(bytes cuda) / 1000000)) MB unpacked"
	c=$(b from --pull-never localhost/specialist:cuda)
	container -v "$PWD/.ci/cuda.py:/cuda.py:ro" "$c" -- "${entry[@]}" python /cuda.py "${entry[0]}" || fail "the target cuda is not whole"
	say "the target cuda is whole, but for the driver and a GPU to run on, which are the host's"
fi
