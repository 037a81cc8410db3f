#!/usr/bin/env bash
# Two hosts joined by two paths: network namespaces hosta and hostb, and a veth pair in a subnet of its own per path.
# Sourced it gives the functions topology_up, topology_down, path_cut and so on; run, it does the one named.
#
#   hosta  path1 10.77.1.1 fd77:1::1  ----  path1 10.77.1.2 fd77:1::2  hostb
#          path2 10.77.2.1 fd77:2::1  ----  path2 10.77.2.2 fd77:2::2
#
# Another pair of hosts beside it: TOPOLOGY_A and TOPOLOGY_B name the namespaces.

topology_usage() {
	cat <<-'EOF'
		usage: topology.sh up | down
		       topology.sh cut N | mend N | unplug N | plug N
		       topology.sh loss N PERCENT | delay N MILLISECONDS
		       topology.sh a COMMAND... | b COMMAND...

		cut drops every packet of path N both ways and tells nobody; unplug takes the link down at both ends.
		mend takes cut, loss and delay away. loss and delay hold for each direction, and for each other.
	EOF
}

topology_hosts() {
	printf '%s\n' "${TOPOLOGY_A:-hosta}" "${TOPOLOGY_B:-hostb}"
}

# Runs a command on host a or b: topology_a ping -c 1 10.77.1.2
topology_a() { ip netns exec "${TOPOLOGY_A:-hosta}" "$@"; }
topology_b() { ip netns exec "${TOPOLOGY_B:-hostb}" "$@"; }

# topology_path N: the pair, its addresses, and both ends up
topology_path() {
	local n=$1 last=1 host a=${TOPOLOGY_A:-hosta} b=${TOPOLOGY_B:-hostb}
	ip link add "path$n" netns "$a" type veth peer name "path$n" netns "$b" || return
	for host in "$a" "$b"; do
		# An unplugged path keeps its IPv6 address, as it does its IPv4 one.
		ip netns exec "$host" sh -c "echo 1 >/proc/sys/net/ipv6/conf/path$n/keep_addr_on_down" || return
		ip -n "$host" -batch - <<-EOF || return
			address add 10.77.$n.$last/24 dev path$n
			address add fd77:$n::$last/64 dev path$n nodad
			link set path$n up
		EOF
		last=2
	done
}

topology_up() {
	local host
	for host in $(topology_hosts); do
		[[ -e /run/netns/$host ]] || continue
		echo "topology: there is a $host already (topology.sh down)" >&2
		return 1
	done
	topology_hosts_up && topology_path 1 && topology_path 2 && return
	topology_down
	return 1
}

topology_hosts_up() {
	local host
	for host in $(topology_hosts); do
		ip netns add "$host" && ip -n "$host" link set lo up || return
	done
}

# What still runs in a host would keep its namespace, so it is killed first. Succeeds when there was nothing.
topology_down() {
	local host process
	for host in $(topology_hosts); do
		[[ -e /run/netns/$host ]] || continue
		for process in $(ip netns pids "$host"); do
			kill -KILL "$process" 2>/dev/null
		done
		ip -n "$host" link delete path1 2>/dev/null
		ip -n "$host" link delete path2 2>/dev/null
		ip netns delete "$host" || return
	done
}

# path_queue N KIND...: what both ends of the path send goes through this queue
path_queue() {
	local n=$1 host
	shift
	for host in $(topology_hosts); do
		tc -n "$host" qdisc replace dev "path$n" root "$@" || return
	done
}

# A queue of one byte drops all it gets, as netem at 100 % does, and every kernel has it.
path_cut() { path_queue "$1" bfifo limit 1; }

path_mend() {
	local host
	for host in $(topology_hosts); do
		tc -n "$host" qdisc delete dev "path$1" root 2>/dev/null
		tc -n "$host" qdisc show dev "path$1" | grep -q noqueue || return
	done
}

path_unplug() { path_link "$1" down; }
path_plug() { path_link "$1" up; }

path_link() {
	local host
	for host in $(topology_hosts); do
		ip -n "$host" link set "path$1" "$2" || return
	done
}

# What netem does on path N now, so that a new loss keeps the delay: path_shaped N delay|loss
path_shaped() {
	local words word
	read -ra words < <(tc -n "${TOPOLOGY_A:-hosta}" qdisc show dev "path$1")
	[[ ${words[1]:-} == netem ]] || return 0
	for word in "${!words[@]}"; do
		[[ ${words[word]} == "$2" ]] && echo "$2 ${words[word + 1]}"
	done
}

# netem is missing in many kernels: then these fail with tc's words, and a test should skip.
path_loss() {
	local kept
	read -ra kept < <(path_shaped "$1" delay)
	path_queue "$1" netem limit 10000 loss "$2%" "${kept[@]}"
}

path_delay() {
	local kept
	read -ra kept < <(path_shaped "$1" loss)
	path_queue "$1" netem limit 10000 delay "$2ms" "${kept[@]}"
}

topology_main() {
	local verb=${1:-}
	case "$*" in
	up | down) "topology_$verb" ;;
	'a '* | 'b '*) shift && "topology_$verb" "$@" ;;
	'cut '[12] | 'mend '[12] | 'unplug '[12] | 'plug '[12]) "path_$verb" "$2" ;;
	'loss '[12]' '[0-9]* | 'delay '[12]' '[0-9]*) "path_$verb" "$2" "$3" ;;
	*) topology_usage >&2 && return 2 ;;
	esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	topology_main "$@"
fi
