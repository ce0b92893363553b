import { expect, it } from 'vitest';
import { sdkWarning } from '../../../server/models/ai-sdk/response/sdk-warning.ts';

it.each([
  [{ type: 'unsupported', feature: 'topK' }, 'model.setting', "'topK' is not supported by the model."],
  [{ type: 'unsupported', feature: 'topK', details: 'no topK' }, 'model.setting', 'no topK'],
  [{ type: 'compatibility', feature: 'reasoning' }, 'model.compatibility', "'reasoning' was adapted."],
  [{ type: 'deprecated', setting: 'a', message: 'use b' }, 'model.deprecated', "'a' is deprecated: use b"],
  [{ type: 'other', message: 'hm' }, 'model.other', 'hm'],
] as const)('a warning of the AI SDK %j', (warning, kind, message) => {
  expect(sdkWarning(warning)).toEqual({ kind, message });
});
