# Sets a machine up, for ./quickstart and ./runtests: packages through apt, then configure and build. Sourced by bash.

# say WORDS: a line for the reader; die WORDS: the last one
say() { printf '%s\n' "$*"; }
die() {
	printf '\n%s\n' "$*" >&2
	exit 1
}

# What building and running needs, and what the tests need besides.
build_packages=(gcc libc6-dev cmake ninja-build pkg-config libevent-dev libsctp-dev libjson-c-dev libsystemd-dev libusrsctp-dev
	libcmocka-dev python3 socat)
test_packages=(clang clang-format libclang-rt-14-dev valgrind libc6-dbg python3-pytest python3-pytest-xdist python3-pytest-timeout python3-jsonschema user-mode-linux kmod
	git iproute2 procps lksctp-tools libusrsctp-examples erlang-base ncat)

missing_packages() {
	local package
	for package in "$@"; do
		[[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || echo "$package"
	done
}

# as_root COMMAND...: through sudo where we are somebody else, which may ask for a password only where somebody sits
as_root() {
	local ask=()
	((EUID)) || { "$@"; return; }
	[[ -t 0 ]] || ask=(-n)
	sudo "${ask[@]}" -- env DEBIAN_FRONTEND=noninteractive "$@"
}

apt() { as_root timeout 900 apt-get -q -o DPkg::Lock::Timeout=120 "$@"; }

# What keeps apt from being used here, in one line; nothing: it can be tried
apt_obstacle() {
	command -v apt-get >/dev/null || { echo "there is no apt-get on this machine"; return; }
	((EUID)) || return 0
	command -v sudo >/dev/null || { echo "you are not root, and there is no sudo"; return; }
	[[ -t 0 ]] || sudo -n true 2>/dev/null || echo "you are not root, and sudo needs a password"
}

# install_packages LOG PACKAGE...: only what is missing, without a question
install_packages() {
	local log=$1 missing why
	shift
	command -v dpkg-query >/dev/null || die "This needs Debian's packages, and there is no dpkg here. Install by hand: $*"
	mapfile -t missing < <(missing_packages "$@")
	((${#missing[@]})) || return 0
	why=$(apt_obstacle)
	[[ -z $why ]] || die "Packages are missing, and $why. As root: apt-get install ${missing[*]}"
	say "  installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 && return
	# The lists may be old, or absent as in a fresh container.
	apt update >>"$log" 2>&1
	apt install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1 && return
	tail -n 20 "$log" >&2
	grep -qE 'Could not resolve|Failed to fetch|Unable to connect' "$log" && why=" (is there a network?)"
	die "The packages could not be installed$why; all that apt said is in $log"
}

# build PRESET LOG [TARGET...]: configures once, builds what changed
build() {
	local preset=$1 log=$2 tree=build/$1
	shift 2
	[[ $preset == default ]] && tree=build
	: >"$log"
	if [[ ! -f $tree/build.ninja ]]; then
		timeout 300 cmake --preset "$preset" >"$log" 2>&1 || return
	fi
	timeout 900 ninja -C "$tree" "$@" >>"$log" 2>&1
}
