#!/usr/bin/env perl
# Runs agents in the Runwire daemon from Perl 5.14 or later; core modules only.
#
#     perl client-sample/hosts/perl/host.pl
#
# RUNWIRE names the daemon's file, NODE the Node.js to run it with.
use strict;
use warnings;
use FindBin;
use IPC::Open2;
use JSON::PP;

my $json   = JSON::PP->new->utf8->canonical->allow_nonref;
my $server = $ENV{RUNWIRE} || "$FindBin::Bin/../../../dist/daemon/runwire.cjs";
my $pid    = open2(my $from, my $to, $ENV{NODE} || 'node', $server);
binmode $_ for $from, $to;
$SIG{PIPE} = 'IGNORE';    # a daemon that is gone is noticed when its answer is missing

my ($last_id, %answers) = (0);

sub send_message {
    my $body = $json->encode({ jsonrpc => '2.0', @_ });    # bytes, so that length() counts bytes
    print {$to} 'Content-Length: ' . length($body) . "\r\n\r\n$body";
    $to->flush;
}

sub read_message {
    my $length;
    while (defined(my $line = <$from>)) {
        $length = $1 if $line =~ /^content-length:\s*(\d+)/i;
        next unless $line eq "\r\n";
        my $body = '';
        while (length $body < $length) {
            read($from, $body, $length - length $body, length $body) or last;
        }
        return $json->decode($body);
    }
    die "the daemon ended while it was needed\n";
}

# Sends a request and serves what the daemon asks for until the answer is there. A tool may make requests too: then
# the answer to the outer one can come first, and is kept.
sub request {
    my ($method, $params) = @_;
    my $id = ++$last_id;
    send_message(id => $id, method => $method, params => $params || {});
    until ($answers{$id}) {
        my $message = read_message();
        if    (!exists $message->{method}) { $answers{ $message->{id} } = $message }
        elsif (exists $message->{id})      { serve($message) }
        elsif ($message->{method} eq 'run/event') { show_event($message->{params}{event}) }
    }
    my $answer = delete $answers{$id};
    die "$method: $answer->{error}{message}\n" if $answer->{error};
    return $answer->{result};
}

my %tools = (
    word_count => sub {
        my @words = split ' ', $_[0]{args}{text};
        return { words => scalar @words, characters => length $_[0]{args}{text} };
    },
    # The user stops the run instead of answering; what the tool says after that changes nothing.
    ask_user => sub {
        request('run/cancel', { runId => $_[0]{runId}, reason => 'stopped by the user' });
        return 'too late';
    },
);

sub serve {
    my ($message) = @_;
    my @id = (id => $message->{id});
    if ($message->{method} ne 'tool/call') {
        return send_message(@id, error => { code => -32601, message => "$message->{method} is not served" });
    }
    my $result = eval { $tools{ $message->{params}{name} }->($message->{params}) };
    return send_message(@id, error => { code => -32000, message => "$@" }) if $@;
    send_message(@id, result => { content => $result });
}

sub show_event {
    my ($event) = @_;
    return if $event->{event_kind} ne 'function_tool_call';
    print "calls $event->{part}{tool_name} ", $json->encode($event->{part}{args}), "\n";
}

sub parts {
    return join ', ', map { $_->{part_kind} } map { @{ $_->{parts} } } @{ $_[0]{messages} };
}

# Runs an agent on the embedded model, which needs no network and no key, and shows what came of it.
sub ask {
    my ($prompt, %spec) = @_;
    my $result = request('run/start', { model => 'test', prompt => $prompt, wait => JSON::PP::true, %spec });
    my $run = { runId => $result->{runId} };
    print "$result->{outcome}: ", $json->encode($result->{output} // $result->{error}{message}), "\n";
    print 'messages: ',     parts(request('run/messages',    $run)), "\n";
    print 'new messages: ', parts(request('run/newMessages', $run)), "\n";
    my $usage = request('run/usage', $run)->{usage};
    my @counts = map { "$_ $usage->{$_}" =~ tr/_/ /r } qw(requests tool_calls input_tokens output_tokens);
    print 'usage: ', join(', ', @counts), "\n";
    return $run;
}

# A tool with one text argument; the embedded model takes the `examples` of its schema.
sub tool {
    my ($name, $argument, $example) = @_;
    my $properties = { $argument => { type => 'string', examples => [$example] } };
    my $schema = { type => 'object', properties => $properties, required => [$argument] };
    return { name => $name, inputSchema => $schema };
}

# `processId` lets the daemon end with this process even where a pipe stays open.
request('initialize', { processId => $$, clientInfo => { name => 'perl sample' } });
send_message(method => 'initialized', params => {});
my $first = ask('How many words are in it?', tools => [tool(word_count => text => 'the quick brown fox')]);
ask('And in German?', messageHistory => $first);
ask('Ask me.', tools => [tool(ask_user => question => 'Shall I go on?')]);
request('shutdown');
send_message(method => 'exit');
waitpid $pid, 0;
print 'exit code ', $? >> 8, "\n";
exit($? ? 1 : 0);
