# region ask
runwire run --model test "Why is the sky blue?"
# endregion ask

# region pipe
echo "fix: a typo" | runwire run --model test "Write a commit message for this change."
# endregion pipe

# region schema
cat > point.json <<'JSON'
{ "type": "object", "properties": { "x": { "type": "integer" }, "y": { "type": "integer" } }, "required": ["x", "y"] }
JSON
runwire run --model test --schema point.json "The middle of a square of side 4"
# endregion schema

# region history
runwire run --model test --json "A riddle, please." > 1.json
runwire run --model test --json --history 1.json "I give up." > 2.json
jq -c '{outcome, requests: .usage.requests, messages: (.newMessages | length)}' 2.json
# endregion history

# region exit-code
runwire run --model nosuch:model "Hello." 2> errors.txt || echo "exit code $?"
# endregion exit-code
