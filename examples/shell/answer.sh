#!/usr/bin/env bash
# A server in nothing but bash and socat: listens, answers each message on the stream it came on, and ends when
# its peer has shut the association down. Prints messages and events. Usage: answer.sh [FILE]; the port is written to FILE.
set -u
trap '' PIPE # a daemon that has ended is reported in words

fail() {
	echo "$1" >&2
	exit "${2:-1}"
}

(($# <= 1)) && [[ ${1:-} != -* ]] || fail "Usage: answer.sh [FILE]" 2
command -v socat >/dev/null || fail "answer.sh needs socat, which is not installed" 2
socket=${SCTPD_SOCKET:-/run/sctpd/control.sock}
[[ -z ${SCTPD_SOCKET:-} && ! -S $socket && -n ${XDG_RUNTIME_DIR:-} ]] && socket=$XDG_RUNTIME_DIR/sctpd/control.sock
unreachable() { fail "cannot reach sctpd at $socket: $1. Is the daemon running? Set SCTPD_SOCKET to the path of its control socket." 2; }
[[ -e $socket ]] || unreachable "No such file or directory"
[[ -S $socket ]] || unreachable "it is not a socket"
[[ -w $socket ]] || unreachable "this user may not connect"

coproc DAEMON { exec socat - "UNIX-CONNECT:$socket" 2>/dev/null; }
{ exec {to}>&"${DAEMON[1]:-}" {from}<&"${DAEMON[0]:-}"; } 2>/dev/null || unreachable "nobody listens there"

# receive [SECONDS]: the next line of the daemon, in $line
greeted=
receive() {
	local status
	read -r ${1:+-t "$1"} line <&"$from"
	status=$?
	((status > 128)) && fail "the daemon sent nothing for $1 seconds"
	((status)) && [[ -z $greeted ]] && unreachable "nobody listens there, or it is no sctpd"
	((status)) && fail "lost the connection to sctpd at $socket: the daemon has ended, or closed it"
	[[ $line == '{"jsonrpc":"2.0",'* ]] || fail "the program at $socket is not sctpd: it does not answer in JSON-RPC"
	greeted=yes
}

# ask ID METHOD PARAMS: sends a request and waits for its answer, in $line; notifications that come before it wait in $pushed
pushed=()
ask() {
	printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n' "$1" "$2" "$3" 1>&"$to" 2>/dev/null
	while receive 10; do
		[[ $line == *'"method":'* ]] && pushed+=("$line") && continue
		[[ $line =~ '"error":'.*'"message":"'(([^\"\\]|\\.)*) ]] && fail "$2 failed: $(shown "${BASH_REMATCH[1]}")"
		return
	done
}

# next: the next notification, in $line
next() {
	if ((${#pushed[@]})); then
		line=${pushed[0]}
		pushed=("${pushed[@]:1}")
	else
		receive
	fi
}

# field NAME: its value in $line: a number, or a string with its JSON escapes
field() {
	local string='"(([^"\]|\\.)*)"'
	[[ $line =~ \"$1\":($string|[0-9]+) ]] || return
	[[ ${BASH_REMATCH[1]} == '"'* ]] && printf '%s' "${BASH_REMATCH[2]}" || printf '%s' "${BASH_REMATCH[1]}"
}

# shown TEXT: TEXT with ? for everything but printable ASCII: a peer wrote it, and must not drive the terminal
shown() {
	local LC_ALL=C
	printf '%s' "${1//[^ -~]/?}"
}

ask 1 open '{"addrs":["127.0.0.1"],"listen":true,"name":"answer.sh"}'
endpoint=$(field socket) port=$(field port)
echo "listening on 127.0.0.1 port $port (socket $endpoint)"
ask 2 subscribe "{\"socket\":$endpoint,\"data\":true,\"ack\":\"auto\",\"encoding\":\"text\"}"
[[ $# -eq 0 ]] || echo "$port" >"$1" || exit 1

id=3 messages=0 seen=
while [[ $seen != *shutdown_comp* ]]; do
	next
	case $line in
	*'"method":"data"'*)
		messages=$((messages + 1))
		stream=$(field stream) ppid=$(field ppid) text=$(field text)
		echo "received  stream $stream  ppid $ppid  \"$(shown "$text")\""
		ask $((id++)) send "{\"assoc\":$(field assoc),\"stream\":$stream,\"ppid\":$ppid,\"text\":\"you said: $text\"}"
		;;
	*'"event":"assoc_change"'*)
		state=$(field state)
		seen+=" $state"
		case $state in
		comm_up) echo "event     assoc_change comm_up: $(field inbound_streams) streams in, $(field outbound_streams) out" ;;
		shutdown_comp) echo "event     assoc_change shutdown_comp: the association has ended, and nothing was lost" ;;
		*) fail "the association ended with $state $(shown "$(field why)$(field reason)")" ;;
		esac
		;;
	*'"event":"shutdown"'*)
		seen+=" shutdown"
		echo "event     shutdown: the peer has begun a graceful shutdown"
		;;
	*'"event":'*) echo "event     $(field event) $(field addr) $(field state)" ;;
	esac
done
[[ $seen == *comm_up*shutdown*shutdown_comp* ]] || fail "events were missing:$seen"
((messages)) || fail "no message came"
ask "$id" close "{\"socket\":$endpoint}"
echo "answered $messages messages, closed the socket"
