#!/usr/bin/env bash
# Runs an agent without tools of the host in one pipe: messages go in, one a line, and answers come out.
#
#     bash client-sample/hosts/shell/pipe.sh PROMPT
#
# RUNWIRE names the daemon's file, NODE the Node.js to run it with. The end of the input is no hurry: what was asked is
# answered first.
set -euo pipefail

jq -nc --arg prompt "${*:-Hello}" '
  {jsonrpc: "2.0", id: 1, method: "initialize"},
  {jsonrpc: "2.0", id: 2, method: "run/start", params: {$prompt, model: "test", wait: true, include: ["newMessages"]}}' |
  "${NODE:-node}" "${RUNWIRE:-$(dirname "$0")/../../../dist/daemon/runwire.cjs}" |
  jq 'select(.id == 2) | if .error then "\(.error.message)\n" | halt_error else .result end | {output, newMessages, usage}'
