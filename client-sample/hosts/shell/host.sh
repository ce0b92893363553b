#!/usr/bin/env bash
# Runs agents in the Runwire daemon from bash 4 or later with jq: one JSON message a line, both ways.
#
#     bash client-sample/hosts/shell/host.sh
#
# RUNWIRE names the daemon's file, NODE the Node.js to run it with. A run without
# tools of the host needs no more than pipe.sh.
set -euo pipefail

# One jq for all that the daemon says: what kind of message it is, its id, and the message.
coproc daemon {
  "${NODE:-node}" "${RUNWIRE:-$(dirname "$0")/../../../dist/daemon/runwire.cjs}" |
    jq --unbuffered -r '"\(if .method and .id then "request" else .method // "answer" end) \(.id) \(tojson)"'
}
pid=$daemon_PID from=${daemon[0]} to=${daemon[1]}
declare -A answers
last_id=0 answer=

# Writes a message; the arguments are those of jq. The first byte, a brace, makes both sides write lines.
send() {
  jq -nc "$@" >&"$to"
}

# Sends a request and serves what the daemon asks for until the answer is there; its result goes to $answer. A tool may
# make requests too: then the answer to the outer one can come first, and is kept.
request() {
  local id=$((++last_id)) kind from_id message
  send --argjson id "$id" --arg method "$1" --argjson params "${2:-null}" '{jsonrpc: "2.0", $id, $method, $params}'
  while [ -z "${answers[$id]:-}" ]; do
    read -r kind from_id message <&"$from" || fail 'the daemon ended while it was needed'
    case $kind in
      request) serve "$message" ;;
      answer) answers[$from_id]=$message ;;
      run/event) show_event "$message" ;;
    esac
  done
  answer=$(jq -c 'if .error then "host: \(.error.message)\n" | halt_error else .result end' <<<"${answers[$id]}")
}

show_event() {
  [[ $1 == *function_tool_call* ]] || return 0 # saves a jq for each of the others
  jq -r '.params.event | select(.event_kind == "function_tool_call").part
    | "calls \(.tool_name) \(.args | tojson)"' <<<"$1"
}

# Answers a request of the daemon.
serve() {
  local call content=null
  call=$(jq -r '"\(.method) \(.params.name)"' <<<"$1")
  case $call in
    'tool/call word_count')
      content=$(jq '.params.args.text | {words: [scan("\\S+")] | length, characters: length}' <<<"$1") ;;
    'tool/call ask_user')
      # The user stops the run instead of answering; what the tool says after that changes nothing.
      request run/cancel "$(jq '.params | {runId, reason: "stopped by the user"}' <<<"$1")"
      content='"too late"' ;;
    *)
      send --argjson asked "$1" '{jsonrpc: "2.0", id: $asked.id, error: {code: -32601, message: "this is not served"}}'
      return ;;
  esac
  send --argjson asked "$1" --argjson content "$content" '{jsonrpc: "2.0", id: $asked.id, result: {$content}}'
}

fail() {
  echo "host: $1" >&2
  exit 1
}

# Runs an agent on the embedded model, which needs no network and no key, and shows what came of it; $run has its id.
ask() {
  request run/start "$(jq -n "$@" '{model: "test", wait: true, deltas: "none"} + $ARGS.named')"
  jq -r '"\(.outcome): \(.output // .error.message | tojson)"' <<<"$answer"
  run=$(jq '{runId}' <<<"$answer")
  request run/messages "$run"
  jq -r '"messages: " + ([.messages[].parts[].part_kind] | join(", "))' <<<"$answer"
  request run/newMessages "$run"
  jq -r '"new messages: " + ([.messages[].parts[].part_kind] | join(", "))' <<<"$answer"
  request run/usage "$run"
  jq -r '.usage | "usage: requests \(.requests), tool calls \(.tool_calls), " +
    "input tokens \(.input_tokens), output tokens \(.output_tokens)"' <<<"$answer"
}

# A tool with one text argument; the embedded model takes the `examples` of its schema.
tool() {
  jq -nc --arg name "$1" --arg argument "$2" --arg example "$3" '[{$name, inputSchema: {
    type: "object", properties: {($argument): {type: "string", examples: [$example]}}, required: [$argument]}}]'
}

# `processId` lets the daemon end with this process even where a pipe stays open.
request initialize "{\"processId\": $$, \"clientInfo\": {\"name\": \"shell sample\"}}"
send '{jsonrpc: "2.0", method: "initialized"}'
ask --arg prompt 'How many words are in it?' --argjson tools "$(tool word_count text 'the quick brown fox')"
ask --arg prompt 'And in German?' --argjson messageHistory "$run"
ask --arg prompt 'Ask me.' --argjson tools "$(tool ask_user question 'Shall I go on?')"
request shutdown
send '{jsonrpc: "2.0", method: "exit"}'
code=0
wait "$pid" || code=$?
echo "exit code $code"
exit "$code"
