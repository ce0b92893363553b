/** A call that failed in a way its model can read and act on; it ends nothing. */
export class ToolFailure extends Error {
  override readonly name = 'ToolFailure';
}

/** The reason of a failed call of the file system, without its stack and its path. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && reasons[code]) ?? message;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  ELOOP: 'it is a link, or its links form a loop',
  ENAMETOOLONG: 'its name is too long',
};
