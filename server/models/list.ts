import type { ResultOf } from '../../protocol/catalogue.ts';
import { providers } from './providers.ts';

type ModelRow = ResultOf<'models/list'>['models'][number];

/** The models a run can name; a provider stands for all of its models. @since 0.1.0 */
export function modelList(env: NodeJS.ProcessEnv): ModelRow[] {
  return [
    { id: 'test', provider: 'test', input: ['text'], tools: true, thinking: false, available: true },
    {
      id: 'host:*',
      provider: 'host',
      input: ['text', 'image', 'audio', 'video', 'document'],
      tools: true,
      available: true,
    },
    ...providers.map((row): ModelRow => {
      const available = Boolean(env[row.envVar]);
      return {
        id: `${row.name}:*`,
        provider: row.name,
        input: [...row.input],
        tools: true,
        available,
        ...(available ? {} : { missing: row.envVar }),
      };
    }),
  ];
}
