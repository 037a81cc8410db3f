#!/usr/bin/env escript
%% An SCTP peer in Erlang: an echo server, a counting client, or one that does what it reads, over gen_sctp; one JSON line
%% for each thing it gets. gen_sctp_echo, gen_sctp_client and gen_sctp_driven beside it start it.
-include_lib("kernel/include/inet_sctp.hrl").

-define(USAGE,
"usage: gen_sctp_echo [OPTION...] ADDRESS[,ADDRESS...] PORT
  --associations N   end after N associations have ended (never)

usage: gen_sctp_client [OPTION...] ADDRESS[,ADDRESS...] PORT
  --count N          messages to send, each awaited back (10)
  --streams N        send on streams 0 to N-1 in turn (4)
  --ppid N           message on stream S carries PPID N+S, as on the wire (46)
  --size N           bytes in a message (64)
  --local A[,A...]   bind these addresses
  --abort            end by ABORT, not by SHUTDOWN

usage: gen_sctp_driven [OPTION...] ADDRESS[,ADDRESS...] PORT
  --adaptation N     its adaptation layer indication
It listens, and does what it reads, an Erlang term a line; driven() below has them.

echo and client:
  --timeout MS       give up after so long without an event: exit 3 (30000; echo: never)

Port 0 lets the kernel choose; the first line, listening or open, tells. Exit: 0 all went well, 1 an error or a
wrong echo, 2 usage, 3 timeout.
").

main(["echo" | Arguments]) ->
    {Options, Addresses, Port} = arguments(Arguments, #{associations => infinity, timeout => infinity}),
    echo(open(Addresses, Port, "listening", true), Options);
main(["client" | Arguments]) ->
    Defaults = #{count => 10, streams => 4, ppid => 46, size => 64, timeout => 30000, local => [], abort => false},
    {Options, Addresses, Port} = arguments(Arguments, Defaults),
    client(Addresses, Port, Options);
main(["driven" | Arguments]) ->
    {Options, Addresses, Port} = arguments(Arguments, #{adaptation => 0}),
    Socket = open(Addresses, Port, "listening", true),
    ok = inet:setopts(Socket, [{sctp_adaptation_layer, #sctp_setadaptation{adaptation_ind = maps:get(adaptation, Options)}},
        {sctp_events, events(true)}]),
    Self = self(),
    spawn_link(fun() -> read_terms(Self) end),
    line([{event, <<"ready">>}]),
    driven(Socket);
main(_) ->
    usage().

usage() ->
    io:put_chars(standard_error, ?USAGE),
    halt(2).

fail(Why) ->
    line([{event, <<"error">>}, {error, text(Why)}]),
    halt(1).

%% ---- arguments

arguments(["--abort" | Rest], Options) ->
    arguments(Rest, Options#{abort => true});
arguments(["--local", Value | Rest], Options) ->
    arguments(Rest, Options#{local => addresses(Value)});
arguments(["--" ++ Name, Value | Rest], Options) ->
    case [Key || Key <- maps:keys(Options), atom_to_list(Key) =:= Name] of
        [Key] -> arguments(Rest, Options#{Key => number(Value)});
        [] -> usage()
    end;
arguments([Addresses, Port], Options) ->
    {Options, addresses(Addresses), number(Port)};
arguments(_, _) ->
    usage().

addresses(Text) ->
    [case inet:parse_address(One) of
        {ok, Address} -> Address;
        {error, _} -> usage()
     end || One <- string:split(Text, ",", all)].

number(Text) ->
    case string:to_integer(Text) of
        {Number, []} when is_integer(Number), Number >= 0 -> Number;
        _ -> usage()
    end.

%% ---- the socket

%% Every event is wanted except the adaptation indication, which says 0 for a peer that sends none.
open(Addresses, Port, Event, Listen) ->
    Family = case [A || A <- Addresses, tuple_size(A) =:= 8] of [] -> inet; _ -> inet6 end,
    Options = [binary, Family, {active, true}, {reuseaddr, true}, {sctp_events, events(false)}, {port, Port}]
        ++ [{ip, A} || A <- Addresses],
    case gen_sctp:open(Options) of
        {ok, Socket} -> opened(Socket, Event, Listen);
        {error, Reason} -> fail(Reason)
    end.

events(Adaptation) ->
    #sctp_event_subscribe{data_io_event = true, association_event = true, address_event = true,
        send_failure_event = true, peer_error_event = true, shutdown_event = true,
        partial_delivery_event = true, adaptation_layer_event = Adaptation}.

opened(Socket, Event, Listen) ->
    Listen andalso (ok = gen_sctp:listen(Socket, true)),
    {ok, Names} = inet:socknames(Socket),
    [{_, Port} | _] = Names,
    line([{event, Event}, {addresses, [address(A) || {A, _} <- Names]}, {port, Port}]),
    Socket.

next(Socket, Timeout) ->
    receive
        {sctp, Socket, Address, Port, {Ancillary, Data}} ->
            report(Address, Port, Ancillary, Data),
            {Ancillary, Data};
        {sctp_error, Socket, _, _, Reason} -> fail(Reason);
        {sctp_closed, Socket} -> fail(closed)
    after Timeout ->
        line([{event, <<"timeout">>}]),
        halt(3)
    end.

%% ---- the echo server

echo(_, #{associations := 0}) ->
    halt(0);
echo(Socket, Options = #{associations := Left, timeout := Timeout}) ->
    case next(Socket, Timeout) of
        {[#sctp_sndrcvinfo{assoc_id = Association, stream = Stream, ppid = Ppid}], Data} when is_binary(Data) ->
            send(Socket, Association, Stream, Ppid, Data),
            echo(Socket, Options);
        {_, #sctp_assoc_change{state = State}} when State =:= shutdown_comp; State =:= comm_lost ->
            echo(Socket, Options#{associations := less(Left)});
        _ ->
            echo(Socket, Options)
    end.

less(infinity) -> infinity;
less(Number) -> Number - 1.

%% RFC 6458 5.3.2 leaves the PPID's byte order to the application, and the C interface passes its four bytes as they are.
%% The inet driver converts: 46 here is 0x0000002e on the wire, where a C program writes htonl(46).
send(Socket, Association, Stream, Ppid, Data) ->
    Info = #sctp_sndrcvinfo{assoc_id = Association, stream = Stream, ppid = Ppid},
    case gen_sctp:send(Socket, Info, Data) of
        ok -> ok;
        {error, Reason} -> line([{event, <<"send_error">>}, {assoc, Association}, {stream, Stream}, {error, text(Reason)}])
    end.

%% ---- the client

client([Address | _] = Addresses, Port, Options = #{local := Local, streams := Streams, timeout := Timeout}) ->
    Any = case tuple_size(Address) of 4 -> {0, 0, 0, 0}; 8 -> {0, 0, 0, 0, 0, 0, 0, 0} end,
    Socket = open(case Local of [] -> [Any]; _ -> Local end, 0, "open", false),
    Association = connect(Socket, Addresses, Port, Streams, Timeout),
    Sent = [{N rem Streams, maps:get(ppid, Options) + N rem Streams, payload(N, maps:get(size, Options))}
            || N <- lists:seq(0, maps:get(count, Options) - 1)],
    [send(Socket, Association, Stream, Ppid, Data) || {Stream, Ppid, Data} <- Sent],
    echoes(Socket, Sent, Timeout),
    finish(Socket, Association, Options),
    line([{event, <<"done">>}, {sent, length(Sent)}, {echoed, length(Sent)}]),
    halt(0).

connect(Socket, Addresses, Port, Streams, Timeout) ->
    Init = [{sctp_initmsg, #sctp_initmsg{num_ostreams = Streams, max_instreams = 64}}],
    Result = case Addresses of
        [One] -> gen_sctp:connect_init(Socket, One, Port, Init);
        %% The list form of connectx_init reaches all the addresses with one call.
        _ -> ok = inet:setopts(Socket, Init),
             gen_sctp:connectx_init(Socket, [sockaddr(A, Port) || A <- Addresses], [])
    end,
    case Result of
        ok -> connected(Socket, Timeout);
        {ok, _} -> connected(Socket, Timeout);
        {error, Reason} -> fail(Reason)
    end.

sockaddr(Address, Port) ->
    #{family => case tuple_size(Address) of 4 -> inet; 8 -> inet6 end, addr => Address, port => Port}.

connected(Socket, Timeout) ->
    case next(Socket, Timeout) of
        {_, #sctp_assoc_change{state = comm_up, assoc_id = Association}} -> Association;
        {_, #sctp_assoc_change{state = State}} -> fail(State);
        _ -> connected(Socket, Timeout)
    end.

payload(Number, Size) ->
    Start = integer_to_binary(Number),
    Filled = <<Start/binary, (binary:copy(<<".">>, Size))/binary>>,
    binary:part(Filled, 0, max(Size, byte_size(Start))).

%% Streams keep their own order, so an echo is only looked for among all that are awaited.
echoes(_, [], _) ->
    ok;
echoes(Socket, Awaited, Timeout) ->
    case next(Socket, Timeout) of
        {[#sctp_sndrcvinfo{stream = Stream, ppid = Ppid}], Data} when is_binary(Data) ->
            Echo = {Stream, Ppid, Data},
            lists:member(Echo, Awaited) orelse fail(<<"wrong echo">>),
            echoes(Socket, lists:delete(Echo, Awaited), Timeout);
        {_, #sctp_assoc_change{state = State}} when State =:= comm_lost; State =:= shutdown_comp ->
            fail(State);
        _ ->
            echoes(Socket, Awaited, Timeout)
    end.

finish(Socket, Association, #{abort := true, timeout := Timeout}) ->
    ok = gen_sctp:abort(Socket, #sctp_assoc_change{assoc_id = Association}),
    ended(Socket, comm_lost, Timeout);
finish(Socket, Association, #{timeout := Timeout}) ->
    ok = gen_sctp:eof(Socket, #sctp_assoc_change{assoc_id = Association}),
    ended(Socket, shutdown_comp, Timeout).

ended(Socket, Wanted, Timeout) ->
    case next(Socket, Timeout) of
        {_, #sctp_assoc_change{state = Wanted}} -> ok;
        {_, #sctp_assoc_change{state = State}} -> fail(State);
        _ -> ended(Socket, Wanted, Timeout)
    end.

%% ---- the driven one

read_terms(To) ->
    case io:read("") of
        {ok, Term} -> To ! {term, Term}, read_terms(To);
        _ -> To ! {term, {halt}}
    end.

%% What is peeled off is the socket of the terms that follow. The other one still tells what comes.
driven(Socket) ->
    receive
        {term, {peeloff, Association}} ->
            {ok, New} = gen_sctp:peeloff(Socket, Association),
            ok = inet:setopts(New, [{active, true}]),
            line([{event, <<"did">>}, {result, <<"ok">>}]),
            driven(New);
        {sctp, _, Address, Port, {Ancillary, Data}} -> report(Address, Port, Ancillary, Data);
        %% What failed comes so, not among the events.
        {sctp_error, _, Address, Port, {Ancillary, Data}} -> report(Address, Port, Ancillary, Data);
        {term, {halt}} -> halt(0);
        {term, Term} -> line([{event, <<"did">>}, {result, text(do(Term, Socket))}])
    end,
    driven(Socket).

do({connect, Addresses, Port}, Socket) ->
    {ok, _} = gen_sctp:connectx_init(Socket, [sockaddr(A, Port) || A <- addresses(Addresses)], []),
    ok;
do({send, Association, Stream, Ppid, Flags, TimeToLive, Data}, Socket) ->
    gen_sctp:send(Socket, #sctp_sndrcvinfo{assoc_id = Association, stream = Stream, ppid = Ppid, flags = Flags,
        timetolive = TimeToLive}, Data);
do({eof, Association}, Socket) ->
    gen_sctp:eof(Socket, #sctp_assoc_change{assoc_id = Association});
do({abort, Association}, Socket) ->
    gen_sctp:abort(Socket, #sctp_assoc_change{assoc_id = Association});
do({close}, Socket) ->
    gen_sctp:close(Socket).

%% ---- what is printed

report(Address, Port, [#sctp_sndrcvinfo{} = Info], Data) when is_binary(Data) ->
    line([{event, <<"data">>}, {assoc, Info#sctp_sndrcvinfo.assoc_id}, {from, address(Address)}, {port, Port},
        {stream, Info#sctp_sndrcvinfo.stream}, {ssn, Info#sctp_sndrcvinfo.ssn},
        {ppid, Info#sctp_sndrcvinfo.ppid},
        {unordered, lists:member(unordered, Info#sctp_sndrcvinfo.flags)},
        {size, byte_size(Data)}, {data, base64:encode(Data)}]);
report(_, _, _, #sctp_assoc_change{} = Change) ->
    line([{event, <<"assoc_change">>}, {assoc, Change#sctp_assoc_change.assoc_id},
        {state, text(Change#sctp_assoc_change.state)}, {error, cause(Change#sctp_assoc_change.error)},
        {outbound_streams, Change#sctp_assoc_change.outbound_streams},
        {inbound_streams, Change#sctp_assoc_change.inbound_streams}]);
report(_, _, _, #sctp_paddr_change{addr = Address} = Change) ->
    line([{event, <<"paddr_change">>}, {assoc, Change#sctp_paddr_change.assoc_id}, {address, sender(Address)},
        {state, text(Change#sctp_paddr_change.state)}, {error, text(Change#sctp_paddr_change.error)}]);
report(_, _, _, #sctp_shutdown_event{assoc_id = Association}) ->
    line([{event, <<"shutdown_event">>}, {assoc, Association}]);
report(_, _, _, #sctp_send_failed{} = Failed) ->
    line([{event, <<"send_failed">>}, {assoc, Failed#sctp_send_failed.assoc_id},
        {error, text(Failed#sctp_send_failed.error)}, {size, byte_size(Failed#sctp_send_failed.data)}]);
report(_, _, _, #sctp_remote_error{} = Error) ->
    line([{event, <<"remote_error">>}, {assoc, Error#sctp_remote_error.assoc_id},
        {error, cause(Error#sctp_remote_error.error)}]);
report(_, _, _, #sctp_pdapi_event{} = Event) ->
    line([{event, <<"partial_delivery">>}, {assoc, Event#sctp_pdapi_event.assoc_id},
        {indication, text(Event#sctp_pdapi_event.indication)}]);
report(_, _, _, #sctp_adaptation_event{} = Event) ->
    line([{event, <<"adaptation">>}, {assoc, Event#sctp_adaptation_event.assoc_id},
        {indication, Event#sctp_adaptation_event.adaptation_ind}]);
report(_, _, _, Other) ->
    line([{event, <<"other">>}, {text, text(Other)}]).

sender({Address, _Port}) -> address(Address);
sender(Address) -> address(Address).

address(Address) ->
    list_to_binary(inet:ntoa(Address)).

text(Value) when is_atom(Value) -> atom_to_binary(Value);
text(Value) when is_binary(Value); is_integer(Value) -> Value;
text(Value) -> list_to_binary(io_lib:format("~0p", [Value])).

%% The kernel leaves the cause in network order, and so does gen_sctp: on a little-endian host 12 appears as 3072.
cause(Error) when is_integer(Error) ->
    <<Cause:16/big>> = <<Error:16/native>>,
    Cause;
cause(Error) ->
    text(Error).

%% One line, written at once, so that a reader never sees half of one.
line(Members) ->
    io:put_chars([json({Members}), $\n]).

json({Members}) ->
    [${, lists:join($,, [[$", atom_to_list(Name), $", $:, json(Value)] || {Name, Value} <- Members]), $}];
json(Value) when is_integer(Value) -> integer_to_list(Value);
json(Value) when is_boolean(Value) -> atom_to_list(Value);
json(Value) when is_binary(Value) -> [$", [escape(Byte) || <<Byte>> <= Value], $"];
json([First | _] = Value) when is_integer(First) -> json(list_to_binary(Value));
json(Value) when is_list(Value) -> [$[, lists:join($,, [json(One) || One <- Value]), $]].

escape($") -> "\\\"";
escape($\\) -> "\\\\";
escape(Byte) when Byte < 32; Byte > 126 -> io_lib:format("\\u~4.16.0b", [Byte]);
escape(Byte) -> Byte.
