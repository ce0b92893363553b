import type { SharedV4Warning } from '@ai-sdk/provider';
import type { Warning } from '../../../engine/model.ts';

/** Returns a warning of the AI SDK as one of ours. */
export function sdkWarning(warning: SharedV4Warning): Warning {
  switch (warning.type) {
    case 'unsupported':
      return {
        kind: 'model.setting',
        message: warning.details ?? `'${warning.feature}' is not supported by the model.`,
      };
    case 'compatibility':
      return { kind: 'model.compatibility', message: warning.details ?? `'${warning.feature}' was adapted.` };
    case 'deprecated':
      return { kind: 'model.deprecated', message: `'${warning.setting}' is deprecated: ${warning.message}` };
    case 'other':
      return { kind: 'model.other', message: warning.message };
  }
}
