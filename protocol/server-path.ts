import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Beside the built package, or in dist/ when this file is read as source.
const places = ['../runwire.cjs', '../dist/runwire.cjs'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

/**
 * The file to start as the daemon: `spawn(process.execPath, [serverPath])`, with pipes for stdin and stdout.
 *
 * @since 0.1.0
 */
export const serverPath: string = places.find((path) => existsSync(path)) ?? places.join(' or ');
