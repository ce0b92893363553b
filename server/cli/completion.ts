import { providers } from '../models/providers.ts';
import { command, type DeskCommand } from './command.ts';
import { exitCode } from './exit-code.ts';
import { UsageError } from './options.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

const help = `Usage: runwire completion bash|zsh|fish

Prints a script that completes the commands, options and providers of runwire in that shell.

  bash   source <(runwire completion bash)          in ~/.bashrc
  zsh    source <(runwire completion zsh)           in ~/.zshrc, after compinit
  fish   runwire completion fish > ~/.config/fish/completions/runwire.fish
`;

/** What is completed: the options of each command, without dashes. The empty name is runwire itself. */
export type Words = Readonly<Record<string, readonly string[]>>;

/** Options that take the name of a file. */
const fileOptions = ['agent', 'attach', 'config', 'history', 'log-file', 'schema', 'store', 'workspace'];

/** Makes `runwire completion`, which completes these words. */
export const completionCommand = (words: Words): DeskCommand =>
  command({ name: 'completion', help, options: {}, words: 1 }, async ({ words: [shell] }, { stdout }) => {
    if (!isShell(shell)) {
      throw new UsageError(
        `name a shell: ${shells.join(', ')}${shell === undefined ? '' : `; '${shell}' is none of them`}`,
      );
    }
    stdout.write(scripts[shell](words));
    return exitCode.success;
  });

const isShell = (shell: string | undefined): shell is Shell =>
  (shells as readonly (string | undefined)[]).includes(shell);

const commandsOf = (words: Words) => Object.keys(words).filter((name) => name !== '');
const dashed = (names: readonly string[] = []) => names.map((name) => `--${name}`).join(' ');
const models = ['test', ...providers.map(({ name }) => `${name}:`)].join(' ');
const providerNames = providers.map(({ name }) => name).join(' ');

/** Bash splits words at colons: what it completes is the part of the model after the last one. */
const bash = (words: Words) => `# Completion of runwire for bash.
_runwire() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command= options word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${commandsOf(words).join('|')}) command="$word"; break ;; esac
  done
  case "$before" in
    --model) COMPREPLY=($(compgen -W "${models}" -- "$current")); compopt -o nospace; return ;;
    ${fileOptions.map((name) => `--${name}`).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command" in
${commandsOf(words)
  .map(
    (name) =>
      `    ${name}) options="${dashed(words[name])}${name === 'models' || name === 'doctor' ? ` ${providerNames}` : ''}" ;;`,
  )
  .join('\n')}
    *) options="${dashed(words[''])} ${commandsOf(words).join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$options" -- "$current"))
}
complete -o default -F _runwire runwire
`;

const zsh = (words: Words) => `#compdef runwire
# Completion of runwire for zsh.
autoload -Uz bashcompinit && bashcompinit
${bash(words)}`;

const fish = (words: Words) => {
  const options = (name: string, condition: string) =>
    (words[name] ?? []).map((option) => {
      const value = fileOptions.includes(option) ? ' -r -F' : option === 'model' ? ` -x -a '${models}'` : '';
      return `complete -c runwire -n '${condition}' -l ${option}${value}`;
    });
  return [
    '# Completion of runwire for fish.',
    'complete -c runwire -f',
    ...commandsOf(words).flatMap((name) => [
      `complete -c runwire -n __fish_use_subcommand -a ${name}`,
      ...options(name, `__fish_seen_subcommand_from ${name}`),
    ]),
    ...['models', 'doctor'].map(
      (name) => `complete -c runwire -n '__fish_seen_subcommand_from ${name}' -a '${providerNames}'`,
    ),
    ...options('', '__fish_use_subcommand'),
    '',
  ].join('\n');
};

const scripts: Record<Shell, (words: Words) => string> = { bash, zsh, fish };
