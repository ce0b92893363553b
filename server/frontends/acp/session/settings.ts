import type { SessionConfigOption, SessionModeState } from '@agentclientprotocol/sdk';
import type { ModelEntry } from '../../../../protocol/spec.ts';
import type { ToolEffect } from '../../../toolsets/workspace/tool-specs.ts';
import { invalidParams } from '../connection/rpc-error.ts';

/** How much a session may do without an approval. */
export const modes = {
  ask: { name: 'Ask', description: 'Edits and commands wait for your approval' },
  edits: { name: 'Accept edits', description: 'Edits are made at once; commands wait for your approval' },
  plan: { name: 'Plan, read only', description: 'Files are read and nothing is changed' },
} as const;
export type Mode = keyof typeof modes;

export const isMode = (value: unknown): value is Mode => typeof value === 'string' && Object.hasOwn(modes, value);

/** Whether a mode offers tools of this effect, and whether their calls need an approval. */
export function ruleOf(mode: Mode, effect: ToolEffect): 'free' | 'approval' | 'hidden' {
  if (effect === 'read' || effect === 'plan') return 'free';
  if (mode === 'plan') return 'hidden';
  return mode === 'edits' && effect === 'edit' ? 'free' : 'approval';
}

const efforts = { off: 'Off', low: 'Low', medium: 'Medium', high: 'High' } as const;
type Effort = keyof typeof efforts;

const isEffort = (value: unknown): value is Effort => typeof value === 'string' && Object.hasOwn(efforts, value);

/** The name of an entry, as a person chooses it. */
export const nameOf = (entry: ModelEntry): string => (typeof entry === 'string' ? entry : entry.model);

/** What a person has chosen in a session. */
export interface Chosen {
  mode: Mode;
  /** Name of the entry. */
  model: string;
  thinking: Effort;
}

/** The settings of a session: mode, model, thinking. */
export class SessionSettings {
  readonly #models: readonly ModelEntry[];
  readonly #chosen: Chosen;
  /** Whether the model that was chosen thinks. */
  thinks = false;

  constructor(models: readonly ModelEntry[], mode: Mode, stored: Partial<Record<keyof Chosen, unknown>> = {}) {
    this.#models = models;
    const [first] = models;
    const isKnown = models.some((entry) => nameOf(entry) === stored.model);
    this.#chosen = {
      mode: isMode(stored.mode) ? stored.mode : mode,
      model: isKnown ? String(stored.model) : first === undefined ? '' : nameOf(first),
      thinking: isEffort(stored.thinking) ? stored.thinking : 'medium',
    };
  }

  get mode(): Mode {
    return this.#chosen.mode;
  }

  get chosen(): Readonly<Chosen> {
    return this.#chosen;
  }

  get model(): ModelEntry {
    const entry = this.#models.find((one) => nameOf(one) === this.#chosen.model);
    if (entry === undefined) throw new Error(`no model '${this.#chosen.model}'`);
    return entry;
  }

  /** The setting of the model for how much it thinks; absent for one that does not. */
  get thinkingSetting(): { thinking: boolean | string } | undefined {
    const { thinking } = this.#chosen;
    return this.thinks ? { thinking: thinking === 'off' ? false : thinking } : undefined;
  }

  /** Errors: `RpcError` for a value that is none of the option, or an option that there is not. */
  set(option: string, value: unknown): void {
    if (option === 'mode' && isMode(value)) this.#chosen.mode = value;
    else if (option === 'model' && this.#models.some((entry) => nameOf(entry) === value))
      this.#chosen.model = String(value);
    else if (option === 'thinking' && this.thinks && isEffort(value)) this.#chosen.thinking = value;
    else throw this.#unknown(option, value);
  }

  /** The modes as older clients know them. */
  modeState(): SessionModeState {
    const availableModes = Object.entries(modes).map(([id, { name, description }]) => ({ id, name, description }));
    return { currentModeId: this.mode, availableModes };
  }

  options(): SessionConfigOption[] {
    const { mode, model, thinking } = this.#chosen;
    const ofModes = Object.entries(modes).map(([value, about]) => ({ value, ...about }));
    const ofModels = this.#models.map(nameOf).map((name) => ({ value: name, name }));
    const ofEfforts = Object.entries(efforts).map(([value, name]) => ({ value, name }));
    return [
      { id: 'mode', name: 'Mode', category: 'mode', type: 'select', currentValue: mode, options: ofModes },
      { id: 'model', name: 'Model', category: 'model', type: 'select', currentValue: model, options: ofModels },
      ...(this.thinks
        ? [
            {
              id: 'thinking',
              name: 'Thinking',
              category: 'thought_level' as const,
              type: 'select' as const,
              currentValue: thinking,
              options: ofEfforts,
            },
          ]
        : []),
    ];
  }

  #unknown(option: string, value: unknown): Error {
    const found = this.options().find(({ id }) => id === option);
    const shown = String(value).slice(0, 100);
    if (!found) {
      const known = this.options().map(({ id }) => `'${id}'`);
      return invalidParams(`There is no option '${option.slice(0, 100)}'; use one of ${known.join(', ')}.`);
    }
    const values = 'options' in found ? found.options.map((one) => ('value' in one ? `'${one.value}'` : '')) : [];
    return invalidParams(`'${shown}' is not a value of '${option}'; use one of ${values.join(', ')}.`);
  }
}
