import { didYouMean } from '../errors/did-you-mean.ts';
import { modelList } from '../models/list.ts';
import { providers } from '../models/providers.ts';
import { command } from './command.ts';
import { exitCode } from './exit-code.ts';
import { UsageError } from './options.ts';
import { writeJson } from './output.ts';
import { textTable } from './table.ts';

type Model = Awaited<ReturnType<typeof modelList>>[number];

const help = `Usage: runwire models [options] [PROVIDER]

Prints the models that --model can name, one a line: what is known of them, US dollars for a million tokens of input and
of output, and the variable that has to hold a key where none is found. provider:* stands for any name of the provider.

Options:
  --available          only models that can be used now: their key is there, or none is needed
  --json               print the list as JSON, as the request models/list answers it
  --help               print this

Examples:
  runwire models --available
  runwire models anthropic
  runwire models --json | jq -r '.models[] | select(.thinking) | .id'
`;

const names = ['test', 'host', ...providers.flatMap(({ name, aliases }) => [name, ...aliases])];

/** `runwire models`. */
export const modelsCommand = command(
  { name: 'models', help, options: { available: 'flag', json: 'flag' }, words: 1 },
  async ({ values, words }, { stdout, env }) => {
    const [provider] = words;
    if (provider !== undefined && !names.includes(provider)) throw unknownProvider(provider);
    const list = await modelList({ env, nowMs: Date.now(), ...(provider === undefined ? {} : { provider }) });
    const models = values.available ? list.filter(({ available }) => available) : list;
    if (values.json) writeJson(stdout, { models });
    else
      stdout.write(textTable(['MODEL', ' CONTEXT', ' OUTPUT', ' $ IN', ' $ OUT', 'TAKES', 'NEEDS'], models.map(rowOf)));
    return exitCode.success;
  },
);

function unknownProvider(provider: string): UsageError {
  const guess = didYouMean(provider, names);
  return new UsageError(`unknown provider '${provider}'${guess ? `; did you mean '${guess}'?` : ''}`);
}

const rowOf = ({ id, contextWindow, maxOutput, input, prices, missing }: Model): string[] => [
  id,
  tokens(contextWindow),
  tokens(maxOutput),
  dollars(prices?.input_mtok),
  dollars(prices?.output_mtok),
  input.join(','),
  missing ?? '',
];

const tokens = (count: number | undefined) => {
  if (count === undefined) return '';
  return count >= 1_000_000 ? `${round(count / 1_000_000)}M` : `${round(count / 1000)}k`;
};

/** Tiers begin with the price that a small request has. */
function dollars(price: NonNullable<Model['prices']>[string] | undefined): string {
  if (price === undefined) return '';
  return typeof price === 'number' ? String(price) : `${price.base}+`;
}

const round = (value: number) => String(Math.round(value * 10) / 10);
