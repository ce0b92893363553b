import { requests } from '../../protocol/catalogue.ts';
import { ErrorCode, type ErrorKind } from '../../protocol/errors.ts';
import { errorAdvice } from './error-advice.ts';

const groups: readonly { readonly title: string; readonly has: (code: number) => boolean }[] = [
  { title: 'Requests', has: (code) => code < 1000 },
  { title: 'Connection and limits', has: (code) => code >= 1000 && code < 1100 },
  { title: 'Runs', has: (code) => code >= 1100 && code < 1200 },
  { title: 'Specifications', has: (code) => code >= 1200 && code < 1300 },
  { title: 'Callbacks', has: (code) => code >= 1300 && code < 1400 },
  { title: 'What ends a run', has: (code) => code >= 1400 },
];

const introduction = `# Errors

Every error has a \`kind\` to branch on: \`error.data.kind\` of a refused request, \`RunResult.error.data.kind\` of a run that failed,
\`error.kind\` in the clients. Messages are for people and may change; kinds and their codes stay, and more may be added.
[Errors in your program](guide/errors.md) shows how to catch them.

This page is generated from the catalogue of errors; \`npm run check -- -u\` rewrites it.
`;

/** The page about every kind of error, as Markdown. */
export function errorPage(): string {
  const kinds = Object.entries(ErrorCode) as [ErrorKind, number][];
  const sections = groups.map(({ title, has }) => {
    const entries = kinds.filter(([, code]) => has(code)).map(([kind, code]) => entry(kind, code));
    return `## ${title}\n\n${entries.join('\n')}`;
  });
  return [introduction, ...sections].join('\n');
}

function entry(kind: ErrorKind, code: number): string {
  const { meaning, advice, details = [] } = errorAdvice[kind];
  const lines = [
    `### ${kind}`,
    '',
    meaning,
    '',
    `*What to do.* ${advice}`,
    '',
    `Code ${code}.${methodsOf(kind)}${details.length > 0 ? ` Details: ${details.map(quoted).join(', ')}.` : ''}`,
    '',
  ];
  return lines.join('\n');
}

/** The requests that name the kind; those that any request may be answered with are named by none. */
function methodsOf(kind: ErrorKind): string {
  const methods = Object.values(requests).filter(({ errors }: { errors?: readonly string[] }) =>
    errors?.includes(kind),
  );
  return methods.length > 0 ? ` In answer to ${methods.map(({ method }) => quoted(method)).join(', ')}.` : '';
}

const quoted = (name: string) => `\`${name}\``;
