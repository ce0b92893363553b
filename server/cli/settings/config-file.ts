import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { type Config, parseConfig } from '../../config.ts';
import { openToRead } from '../../regular-file.ts';
import { UsageError } from '../options.ts';

/** Most bytes of a configuration. */
const configBytes = 1024 * 1024;

/** Reads the configuration that `--config` names; an empty one without. Errors: `UsageError`. */
export function configOf({ config: file }: { config?: string }): Config {
  if (file === undefined) return {};
  try {
    return parseConfig(textOf(file), file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read the configuration ${file}: ${(error as Error).message}`);
  }
}

function textOf(file: string): string {
  const fd = openToRead(file);
  try {
    const { size } = fstatSync(fd);
    if (size > configBytes) throw new Error(`it has ${size} bytes; the limit is ${configBytes}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
