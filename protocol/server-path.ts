import { fileURLToPath } from 'node:url';

/**
 * The file to start as the daemon: `spawn(process.execPath, [serverPath])`, with pipes for stdin and stdout.
 *
 * @since 0.1.0
 */
export const serverPath: string = fileURLToPath(new URL('../runwire.cjs', import.meta.url));
