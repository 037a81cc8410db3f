#!/usr/bin/env bash
# A server in nothing but a shell and socat: listens, answers what it is told on the stream it came on, and ends when
# its peer has shut the association down. Prints what happens; the port it got goes to the file $1, if given.
set -u
socket=${SCTPD_SOCKET:-/run/sctpd/control.sock}

fail() {
	echo "$*" >&2
	exit 1
}

[[ -S $socket ]] || fail "cannot reach sctpd at $socket: there is no such socket"
[[ -w $socket ]] || fail "cannot reach sctpd at $socket: this user may not"
command -v socat >/dev/null || fail "there is no socat here"
coproc DAEMON { exec socat - "UNIX-CONNECT:$socket"; }
exec {to}>&"${DAEMON[1]:-}" {from}<&"${DAEMON[0]:-}" || fail "cannot reach sctpd at $socket"

# ask ID METHOD PARAMS: sends a request and waits for its answer, in $answer; what is pushed meanwhile waits in $pushed
pushed=()
ask() {
	printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n' "$1" "$2" "$3" >&"$to"
	while read -r -t 10 answer <&"$from"; do
		[[ $answer == *'"method":'* ]] && pushed+=("$answer") && continue
		[[ $answer == *'"error":'* ]] && fail "$2 failed: $answer"
		return
	done
	fail "no answer to $2"
}

# What is pushed next, in $line.
next() {
	if ((${#pushed[@]})); then
		line=${pushed[0]}
		pushed=("${pushed[@]:1}")
	else
		read -r -t 20 line <&"$from" || fail "nothing came for 20 seconds"
	fi
}

# field NAME: its value in $line: a number, or a string as JSON writes it, escapes and all
field() {
	local string='"(([^"\]|\\.)*)"'
	[[ $line =~ \"$1\":($string|[0-9]+) ]] || return
	[[ ${BASH_REMATCH[1]} == '"'* ]] && printf '%s' "${BASH_REMATCH[2]}" || printf '%s' "${BASH_REMATCH[1]}"
}

# shown TEXT: what a peer wrote must not drive the terminal
shown() {
	local LC_ALL=C
	printf '%s' "${1//[^ -~]/?}"
}

ask 1 open '{"addrs":["127.0.0.1"],"listen":true,"name":"answer.sh"}'
line=$answer
endpoint=$(field socket) port=$(field port)
echo "listening on 127.0.0.1 port $port (socket $endpoint)"
ask 2 subscribe "{\"socket\":$endpoint,\"data\":true,\"ack\":\"auto\",\"encoding\":\"text\"}"
[[ $# -gt 0 ]] && echo "$port" >"$1"

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
		*) fail "the association ended with $state: $line" ;;
		esac
		;;
	*'"event":"shutdown"'*)
		seen+=" shutdown"
		echo "event     shutdown: the peer wants to end, gracefully"
		;;
	*'"event":'*) echo "event     $(field event) $(field addr) $(field state)" ;;
	esac
done
[[ $seen == *comm_up*shutdown*shutdown_comp* ]] || fail "events were missing:$seen"
((messages)) || fail "no message came"
ask "$id" close "{\"socket\":$endpoint}"
echo "answered $messages messages, closed the socket"
