# region pipe
printf '%s\n' \
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}' \
  '{"jsonrpc":"2.0","id":2,"method":"run/start","params":{"model":"test","prompt":"Hello.","wait":true}}' |
  runwire |
  jq -r 'select(.id == 2).result | .outcome, .output'
# endregion pipe
