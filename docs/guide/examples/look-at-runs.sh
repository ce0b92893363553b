# region store
printf '%s\n' \
  '{"jsonrpc":"2.0","id":1,"method":"initialize"}' \
  '{"jsonrpc":"2.0","id":2,"method":"run/start","params":{"runId":"hello","model":"test","prompt":"Hello.","wait":true}}' |
  runwire --store runs > answers.jsonl
# endregion store

# region look
runwire runs --store runs --json | jq -r '.runs[] | "\(.runId) \(.outcome): \(.detail.prompt)"'
runwire show --store runs hello | sed -n '/^Conversation/,$p'
# endregion look
