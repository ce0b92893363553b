import type { ModelSettings } from '../../../../protocol/spec.ts';
import type { Warning } from '../../../engine/model.ts';
import { guessedSetting, settingPrefixes } from '../../known-names.ts';
import { asObject, type Loose } from '../raw/loose-json.ts';

/** The setting `thinking`: a level, or whether to think at all. */
export type Thinking = boolean | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

const levels: readonly unknown[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Settings that other files act on: the transport, and what has been taken out before an API writes its body. */
const elsewhere = [
  'timeout',
  'tool_choice',
  'extra_body',
  'extra_headers',
  'thinking',
  'cache',
  'max_retries',
  'framing_announcement',
];

/**
 * The settings of one request. They record which of them were read: the others did not reach the provider, and a
 * warning says so.
 *
 */
export class Settings {
  readonly #values: Record<string, unknown>;
  readonly #read = new Set(elsewhere);
  readonly #warnings: Warning[] = [];
  readonly #providerName: string;

  constructor(values: ModelSettings | null, providerName: string) {
    this.#providerName = providerName;
    this.#values = Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value != null));
  }

  /** The value of a setting; undefined when it is not set, or null. */
  get(name: string): unknown {
    this.#read.add(name);
    return this.#values[name];
  }

  /** The first of these settings that is set and not empty. */
  first(...names: readonly string[]): unknown {
    return names.map((name) => this.get(name)).find(Boolean);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  object(name: string): Loose {
    return asObject(this.get(name));
  }

  /** Sets what another setting stands for. */
  set(name: string, value: unknown): void {
    this.#values[name] = value;
  }

  /** Takes settings out, with a warning when one of them was set; `why` goes on after "is" or "are". */
  drop(names: readonly string[], why: string): void {
    const dropped = names.filter((name) => this.has(name));
    for (const name of dropped) delete this.#values[name];
    const listed = dropped.map((name) => `'${name}'`).join(', ');
    if (dropped.length === 1) this.warn(`The setting ${listed} is ${why}`);
    else if (dropped.length > 1) this.warn(`The settings ${listed} are ${why}`);
  }

  /** Says that a setting could not be expressed. */
  leftOut(name: string): void {
    this.#warnings.push(leftOut(name, this.#providerName));
  }

  warn(message: string): void {
    this.#warnings.push({ kind: 'model.setting', message });
  }

  /** The fields of a body that are settings by other names. */
  fields(names: Readonly<Record<string, string>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(names).flatMap(([field, setting]) => (this.has(setting) ? [[field, this.get(setting)]] : [])),
    );
  }

  get thinking(): Thinking | undefined {
    const requested = this.#values.thinking;
    return typeof requested === 'boolean' || levels.includes(requested) ? (requested as Thinking) : undefined;
  }

  /** The warnings so far, and those about settings without any effect. */
  get warnings(): readonly Warning[] {
    const provider = this.#providerName;
    const unread = Object.keys(this.#values).filter((name) => !this.#read.has(name) && !isForeign(name, provider));
    return [...this.#warnings, ...unread.map((name) => leftOut(name, provider))];
  }
}

/** Settings of another provider are not for this model and no mistake. */
function isForeign(name: string, providerName: string): boolean {
  const prefix = settingPrefixes.exec(name)?.[1];
  return prefix !== undefined && prefix !== providerName;
}

const leftOut = (name: string, providerName: string): Warning => ({
  kind: 'model.setting',
  message: `'${providerName}' does not support the setting '${name}' for this request, so it was not sent${guessedSetting(name)}`,
});
