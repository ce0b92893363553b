import { EngineError } from '../engine/errors.ts';

/**
 * Loads a part of the daemon that is a separate file. A program that brings the daemon along may delete the files that
 * it does not use.
 *
 * Errors: `model.unknown` for a file that is absent.
 */
export async function loadPart<T>(model: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const file = absentPart(error);
    if (file === undefined) throw error;
    const advice = `Copy it from 'dist/daemon' of the package 'runwire' into the folder of the daemon.`;
    throw new EngineError('model.unknown', `Model '${model}' needs the file '${file}', which is missing. ${advice}`, {
      part: file,
    });
  }
}

function absentPart(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'MODULE_NOT_FOUND') return undefined;
  return /'\.\/(part-[a-z-]+\.cjs)'/.exec(error.message)?.[1];
}
