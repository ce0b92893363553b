printf '%s\n' \
  '{"jsonrpc":"2.0","id":1,"method":"initialize"}' \
  '{"jsonrpc":"2.0","id":2,"method":"run/start","params":{"model":"test","prompt":"Hello.","wait":true}}' |
  runwire --store runs > answers.jsonl
exec 3>&1 > address.txt

# region inspect
runwire inspect --store runs &
# endregion inspect

until [ -s address.txt ]; do sleep 0.1; done
cat address.txt >&3
kill -INT $! && wait
