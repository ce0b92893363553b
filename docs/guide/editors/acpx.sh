npm install --global acpx
acpx --approve-all --agent "runwire acp --model anthropic:claude-sonnet-4-5" exec "Fix the failing test."
