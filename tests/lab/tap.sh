# The lines of a self-test: ok, not ok, skip, and their sum. Sourced.
passed=0 failed=0 skipped=0

# check NAME COMMAND...: ok when the command succeeds
check() {
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
		((++passed))
	else
		echo "not ok - $name"
		((++failed))
	fi
	return 0
}

# same NAME GOT WANTED
same() {
	check "$1" test "$2" = "$3"
	[[ $2 == "$3" ]] || printf '#   got    %q\n#   wanted %q\n' "$2" "$3"
}

skip() {
	echo "ok - $1 # SKIP $2"
	((++skipped))
}

quietly() {
	"$@" >/dev/null 2>&1
}

# eventually SECONDS COMMAND...: tries until it succeeds
eventually() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

tap_end() {
	echo "$passed passed, $failed failed, $skipped skipped"
	((failed == 0))
}
