import { type ProviderRow, providers } from '../../server/models/providers.ts';

const intro = `# Providers

This page is made from the table of providers (\`server/models/providers.ts\`); \`npm run check -- -u\` writes it anew. A model is
named \`provider:model\`. The variables are read from the environment of the daemon, which its operator sets; where a name stands
for several variables, the first that is set counts. The address and the key of a model may also be given in its specification
(\`baseUrl\`, \`apiKeyEnv\`), and the key by the host (\`secret/get\`).`;

const whereTo = `## Where credentials go

- A key of the environment goes to the address of its provider alone. For a \`baseUrl\` the operator names its variable
  (\`--allow-env NAME\`), or the host gives the key.
- What the machine has (see below) goes to the address of its provider alone, whatever is allowed.
- No redirect is followed. Servers that give credentials are asked over TLS, or on this machine and its link-local network; tokens
  are exchanged at hosts of AWS and of Google alone, whatever a file, a profile or a variable names.
- The host is asked for a key that the environment lacks, and again when it was refused (401). A key that is optional is not asked
  for until a server refused to answer without it.`;

/** The page of docs/ on the table of providers. */
export function providerPage(): string {
  return `${[intro, overview(), variables(), whereTo, machines()].join('\n\n')}\n`;
}

function overview(): string {
  const rows = providers.map((row) => [
    code(row.name),
    row.aliases.map(code).join(', '),
    [row.envVar, ...(row.otherEnvVars ?? [])].map(code).join(', ') + (row.keyOptional ? ' (optional)' : ''),
    addressIn(row),
    code(`${row.name}:${row.example}`),
  ]);
  return `## All of them\n\n${table(['provider', 'also', 'key', 'address', 'for example'], rows)}`;
}

function addressIn({ needsAddress, addressEnvVars = {} }: ProviderRow): string {
  const names = Object.keys(addressEnvVars).map(code).join(', ');
  if (needsAddress) return names ? `${names}, or \`baseUrl\`` : '`baseUrl`';
  return names ? `its own, or by ${names}` : 'its own';
}

/** Every variable that some provider reads, but for keys, and what it holds. */
function variables(): string {
  const held = new Map<string, { providers: string[]; holds: string }>();
  for (const { name, addressEnvVars, defaultCredentials } of providers) {
    for (const [variable, holds] of Object.entries({ ...addressEnvVars, ...defaultCredentials?.envVars })) {
      const known = held.get(variable) ?? { providers: [], holds };
      held.set(variable, { ...known, providers: [...known.providers, name] });
    }
  }
  const rows = [...held].map(([variable, one]) => [code(variable), one.providers.map(code).join(', '), one.holds]);
  return `## Variables beside keys\n\n${table(['variable', 'providers', 'holds'], rows)}`;
}

function machines(): string {
  const variables = new Map<string, string[]>();
  for (const { name, defaultCredentials } of providers) {
    if (!defaultCredentials) continue;
    variables.set(defaultCredentials.about, [...(variables.get(defaultCredentials.about) ?? []), code(name)]);
  }
  const items = [...variables].map(([about, names]) => `- ${names.join(', ')}: ${about}`);
  return (
    `## What a machine has beside keys\n\n${items.join('\n')}\n\n` +
    'They are renewed before they expire, and searched for anew when they are refused. Where no variable says to use them, a host ' +
    'that serves `secret/get` is asked for a key first, with `optional`; files that are found by themselves and metadata servers ' +
    'follow when it has none.'
  );
}

const code = (text: string) => `\`${text}\``;

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
