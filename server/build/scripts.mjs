// Bundles the daemon as scripts that share their modules: the one that answers the handshake, the one with everything that runs
// need, which it requires afterwards, one with the agent for editors and one with the commands. Each is made of chunks, as esbuild
// splits modules for entry points that are imported later; its own way of loading them is for browsers.
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { common, dist } from './output.mjs';

const outdir = join(dist, 'daemon');
/** The scripts in the order in which they are loaded, by their entry points; each has the chunks that those before it lack. */
const scripts = {
  'server.cjs': 'server/main.ts',
  'engine.cjs': 'server/process/daemon.ts',
  'part-acp.cjs': 'server/process/acp.ts',
  'part-commands.cjs': 'server/process/commands.ts',
};

/** Bundles the scripts; returns their files, and what is in them. */
export async function bundleScripts(options) {
  const { outputFiles, metafile } = await build({
    ...common,
    ...options,
    format: 'esm',
    splitting: true,
    minifySyntax: true,
    outdir,
    entryPoints: ['server/main.ts'],
  });
  const chunks = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const owners = ownersOf(metafile);
  const unowned = [...chunks.keys()].filter((chunk) => !owners.has(chunk));
  if (unowned.length > 0) throw new Error(`no script holds ${unowned.join(', ')}: name its entry point in scripts.mjs`);
  const texts = await Promise.all(
    [...chunks].map(async ([chunk, text]) => [chunk, await asFunction(withoutModules(text, chunk))]),
  );
  const files = Object.entries(scripts).map(([name, entry]) => {
    const own = texts.filter(([chunk]) => owners.get(chunk) === name);
    const definitions = own.map(([chunk, text]) => `define[${JSON.stringify(chunk)}]=(${text});`).join('\n');
    const contents =
      entry === scripts['server.cjs'] ? first(definitions, entryChunk(metafile, entry), owners) : later(definitions);
    return { path: join(outdir, name), contents };
  });
  return { files, metafile, front: inputsOf(metafile, owners, 'server.cjs') };
}

/** The script that is run: it evaluates chunks when they are first used, and requires the scripts that hold others. */
function first(definitions, entry, owners) {
  const others = Object.fromEntries(
    [...owners].filter(([, script]) => script !== 'server.cjs').map(([chunk, script]) => [chunk, `./${script}`]),
  );
  return `"use strict";
const define={},made={},others=${JSON.stringify(others)};
function use(chunk){
let exports=made[chunk];
if(exports===undefined){
if(!define[chunk])require(others[chunk])(define);
exports=made[chunk]={};
define[chunk](exports,use);
}
return exports;
}
${definitions}
module.exports=use(${JSON.stringify(entry)});
`;
}

/** A script that is required by the first one. */
const later = (definitions) => `"use strict";
module.exports=(function(define){
${definitions}
});
`;

/** Returns which script holds which chunk. */
function ownersOf(metafile) {
  const owners = new Map();
  for (const [script, entry] of Object.entries(scripts)) {
    const add = (path) => {
      const chunk = basename(path);
      if (owners.has(chunk)) return;
      owners.set(chunk, script);
      for (const { path: imported, kind } of metafile.outputs[path].imports) {
        if (kind === 'import-statement' && metafile.outputs[imported]) add(imported);
      }
    };
    add(outputOf(metafile, entry));
  }
  return owners;
}

const outputOf = ({ outputs }, entry) => Object.keys(outputs).find((path) => outputs[path].entryPoint === entry);
const entryChunk = (metafile, entry) => basename(outputOf(metafile, entry));

/** The source files of a script. */
const inputsOf = ({ outputs }, owners, script) =>
  Object.entries(outputs)
    .filter(([path]) => owners.get(basename(path)) === script)
    .flatMap(([, { inputs }]) => Object.entries(inputs));

const name = String.raw`[\w$]+`;
const importStatement = new RegExp(
  String.raw`^import (?:(?<all>${name})|\* as (?<space>${name})|\{(?<names>[^}]*)\}) from "(?<from>[^"]+)";$`,
  'gm',
);

/** A chunk without the statements of modules: what it imports and exports are variables and properties. */
function withoutModules(text, chunk) {
  const body = text
    .replace(importStatement, (...matched) => {
      const { all, space, names, from } = matched.at(-1);
      const loaded = from.startsWith('./chunk')
        ? `use(${JSON.stringify(from.slice(2))})`
        : `require(${JSON.stringify(from)})`;
      return `var ${all ?? space ?? `{${names.replaceAll(' as ', ': ')}}`} = ${loaded};`;
    })
    .replace(/^import "\.\/(chunk[^"]+)";$/gm, 'use("$1");')
    .replace(/\bimport\("\.\/([^"]+\.js)"\)/g, 'Promise.resolve().then(() => use("$1"))')
    .replace(/\bimport\("(\.\/part-[a-z-]+\.cjs)"\)/g, 'Promise.resolve().then(() => require("$1"))')
    .replace(/^export \{([^}]*)\};$/m, (_, names) => exportsOf(names));
  const left = /^(?:import|export)\b.*$/m.exec(body);
  if (left) throw new Error(`${chunk} has a statement that scripts.mjs does not know: ${left[0]}`);
  return body;
}

const exportsOf = (names) =>
  names
    .split(',')
    .map((one) => one.trim().split(' as '))
    .map(([local, exported = local]) => `exports.${exported} = ${local};`)
    .join('\n');

/** The minified function of a chunk. In brackets, so that V8 compiles it at once instead of after a first look. */
async function asFunction(body) {
  const { code } = await transform(`chunk(function (exports, use) {${body}\n});`, {
    ...{ minify: true, charset: 'ascii', legalComments: 'none', target: common.target, platform: common.platform },
  });
  return code.trim().slice('chunk('.length, -');'.length);
}
