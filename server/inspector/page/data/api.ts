import type { ResultOf } from '../../../../protocol/catalogue.ts';
import type { RunData } from '../../view/run-data.ts';
import type { RunStatistics } from '../../view/statistics.ts';

/** What the daemon says of the page. */
export interface About {
  readonly version: string;
  readonly allowsActions: boolean;
}

export type RunPage = ResultOf<'run/list'>;

/** An error that the daemon answered with. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.kind = kind;
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** Returns an address below that of the page, which has the token in it. */
export function addressOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `api/${path}${search === '' ? '' : `?${search}`}`;
}

export const api = {
  about: () => json<About>('about'),
  runs: (cursor: string | undefined, limit: number) => json<RunPage>('runs', { cursor, limit }),
  runsOf: (conversation: string) => json<RunPage>('runs', { conversation, limit: 100 }),
  run: (id: string) => json<RunData>('run', { id }),
  statistics: () => json<RunStatistics>('statistics'),
  value: async (id: string, at: string) => (await answered('value', { id, at })).text(),
  async act(action: object): Promise<void> {
    const body = JSON.stringify(action);
    await checked(await fetch('api/action', { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
  },
};

async function json<T>(path: string, query?: Query): Promise<T> {
  return (await answered(path, query)).json();
}

const answered = async (path: string, query?: Query) => checked(await fetch(addressOf(path, query)));

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('application/json')) throw new ApiError('http', text);
  const { error } = JSON.parse(text) as { error: { kind: string; message: string } };
  throw new ApiError(error.kind, error.message);
}
