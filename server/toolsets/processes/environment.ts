/** What every program needs, and nothing that is a secret: those of the MCP SDKs. */
const inherited = {
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
  windows: [
    ...['APPDATA', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PROCESSOR_ARCHITECTURE', 'PROGRAMFILES'],
    ...['SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'USERNAME', 'USERPROFILE'],
  ],
};

/** Returns the environment of a server: a few variables of ours, and those that its specification sets. */
export function serverEnvironment(
  own: NodeJS.ProcessEnv,
  given: Readonly<Record<string, string>>,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const names = platform === 'win32' ? inherited.windows : inherited.posix;
  const kept = names.flatMap((name) => {
    const value = own[name];
    // Old shells export functions like this: they are no values.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...given };
}
