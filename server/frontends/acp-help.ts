/** Help of `runwire acp`. */
export const acpHelp = `Usage: runwire acp [--agent FILE] [--model MODEL]... [options]

An agent for editors that speak the Agent Client Protocol (Zed, JetBrains, Neovim, Emacs and others), on stdin and
stdout. It reads and edits files and runs commands in the folders of the editor, and asks before it changes anything.

Options:
  --agent FILE         the agent as JSON: what agent/register takes, without "tools", and "models", a list of the models
                       that can be chosen in the editor, of which the first is the default
  --model MODEL        provider:name; may be repeated, and replaces the list of the file. The key is taken from the
                       variable of the provider
  --mode MODE          how sessions begin: ask (default; edits and commands wait for an approval), edits (only commands
                       do) or plan (nothing is changed)
  --store DIR          keep sessions there, so that the editor can list them and continue them
  --help               print this
  and the options of the daemon: --allow-env, --config, --log-level, --log-file, --mcp (runwire --help)

Example for an editor:
  {"command": "runwire", "args": ["acp", "--model", "anthropic:claude-sonnet-4-5", "--store", "/home/me/.runwire"]}
`;
