// Builds the page of the inspector: one script, one style sheet, and the page that names them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { common, dist, root } from './output.mjs';

const folder = join(root, 'server/inspector/page');

/** Builds the page; its texts are also put into the part of the daemon that serves it. */
export async function buildInspector() {
  const { outputFiles, metafile } = await build({
    ...common,
    platform: 'browser',
    target: ['chrome115', 'firefox115', 'safari16.4'],
    format: 'esm',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfig: join(folder, 'tsconfig.json'),
    entryPoints: { inspector: join(folder, 'main.tsx') },
    outdir: join(dist, 'inspector'),
  });
  const style = await build({
    ...common,
    minify: true,
    entryPoints: { inspector: join(folder, 'style.css') },
    outdir: join(dist, 'inspector'),
  });
  const html = { path: join(dist, 'inspector/index.html'), contents: readFileSync(join(folder, 'index.html'), 'utf8') };
  const [script] = outputFiles;
  const [css] = style.outputFiles;
  return { files: [html, script, css], page: { html: html.contents, script: script.text, style: css.text }, metafile };
}
