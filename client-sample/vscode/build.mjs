// Builds the extension into a .vsix: node client-sample/vscode/build.mjs [FILE]; after `npm run build`, whose daemon it takes.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { zipped } from './zip.mjs';

const here = import.meta.dirname;
const root = join(here, '../..');
const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const target = resolve(process.argv[2] ?? join(root, `dist/${manifest.name}-${manifest.version}.vsix`));
const folder = mkdtempSync(join(tmpdir(), 'runwire-vsix-'));

await build({
  entryPoints: [join(here, 'src/extension.ts')],
  outfile: join(folder, 'dist/extension.cjs'),
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  charset: 'ascii',
  external: ['vscode'],
  // An extension of its own has `runwire` in its node_modules, and needs no alias.
  alias: { runwire: join(root, 'dist/esm/node/index.js') },
  // The settings of the whole repository name the sources of the package.
  tsconfigRaw: {},
  logLevel: 'error',
});
// The recipe for every program that brings the daemon along: its folder, beside the bundle.
cpSync(join(root, 'dist/daemon'), join(folder, 'dist/runwire'), { recursive: true });
cpSync(join(here, 'media'), join(folder, 'media'), { recursive: true });
cpSync(join(here, 'README.md'), join(folder, 'README.md'));
cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE.txt'));
writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, type: undefined }, null, 2));
const bundled = ['zod', 'vscode-jsonrpc'].map((name) => {
  const at = join(root, 'node_modules', name);
  const licence = readdirSync(at).find((file) => /^licen[cs]e/i.test(file));
  return `${name}\n\n${readFileSync(join(at, licence), 'utf8')}`;
});
writeFileSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), bundled.join('\n\n'));

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ name: `extension/${relative(folder, path).replaceAll('\\', '/')}`, content: readFileSync(path) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));
const archive = zipped([
  { name: 'extension.vsixmanifest', content: Buffer.from(vsixManifest(manifest)) },
  { name: '[Content_Types].xml', content: Buffer.from(contentTypes(files)) },
  ...files,
]);
writeFileSync(target, archive);
rmSync(folder, { recursive: true, force: true });
console.log(`${String(archive.length).padStart(9)}  ${relative(process.cwd(), target)}`);

function vsixManifest({ name, displayName, description, version, publisher, categories, engines }) {
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}" />
    <DisplayName>${displayName}</DisplayName>
    <Description xml:space="preserve">${description}</Description>
    <Categories>${categories.join(',')}</Categories>
    <License>extension/LICENSE.txt</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${engines.vscode}" />
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace" />
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code" />
  </Installation>
  <Dependencies />
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true" />
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true" />
  </Assets>
</PackageManifest>
`;
}

function contentTypes(all) {
  const extensions = new Set(all.flatMap(({ name }) => /\.(\w+)$/.exec(name)?.[1] ?? []));
  const types = [...extensions, 'vsixmanifest'].map(
    (extension) => `<Default Extension=".${extension}" ContentType="application/octet-stream" />`,
  );
  const overrides = all
    .filter(({ name }) => !/\.\w+$/.test(name))
    .map(({ name }) => `<Override PartName="/${name}" ContentType="application/octet-stream" />`);
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[...types, ...overrides].join('')}</Types>
`;
}
