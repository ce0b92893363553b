// Builds the site of the guides and the reference into dist/site. Installs what that needs into this folder when it is missing.
// `npm run build -- --docs` runs it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const site = dirname(fileURLToPath(import.meta.url));
const docs = dirname(site);
const output = join(docs, '../dist/site');

if (!existsSync(join(site, 'node_modules/vitepress'))) {
  execFileSync('npm', ['ci', '--silent'], { cwd: site, stdio: 'inherit', shell: process.platform === 'win32' });
}
copyPages(join(site, 'pages'));
const { build } = await import(pathToFileURL(join(site, 'node_modules/vitepress/dist/node/index.js')).href);
// A link that leads nowhere fails the build.
await build(site, { outDir: output });

/** The pages are those that are read in the repository, too. */
function copyPages(pages) {
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(pages);
  cpSync(join(site, 'index.md'), join(pages, 'index.md'));
  cpSync(join(site, 'public'), join(pages, 'public'), { recursive: true });
  cpSync(join(docs, 'guide'), join(pages, 'guide'), { recursive: true });
  for (const name of ['protocol.md', 'errors.md', 'providers.md', 'performance.md'])
    cpSync(join(docs, name), join(pages, name));
  cpSync(join(docs, 'performance'), join(pages, 'performance'), { recursive: true });
}
