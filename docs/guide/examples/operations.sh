# region config
cat > runwire.json <<'JSON'
{ "logLevel": "info", "logFile": "runwire.log", "limits": { "activeRuns": 32, "finishedRunsKept": 1000 } }
JSON
echo '{"jsonrpc":"2.0","id":1,"method":"initialize"}' |
  runwire --config runwire.json |
  jq -c '.result.limits | {activeRuns, finishedRunsKept}'
# endregion config

# region health
printf '%s\n' \
  '{"jsonrpc":"2.0","id":1,"method":"initialize"}' \
  '{"jsonrpc":"2.0","id":2,"method":"health/get"}' |
  runwire |
  jq -c 'select(.id == 2).result | {runs, output}'
# endregion health
