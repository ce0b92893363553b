// The daemon as a single executable: its files are assets, run with their compiled code instead of from a folder.

const { getAsset, getRawAsset }: typeof import('node:sea') = require('node:sea');
const vm: typeof import('node:vm') = require('node:vm');

const loaded = new Map<string, { exports: unknown }>();

function load(name: string): unknown {
  const known = loaded.get(name);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(name, module);
  // The same wrapper as the launcher's, whose cache this is: V8 refuses one of other code.
  const script = new vm.Script(
    `(function (exports, require, module, __filename, __dirname) {${getAsset(name, 'latin1')}\n})`,
    { filename: name, cachedData: Buffer.from(getRawAsset(`${name}.cache`) as ArrayBuffer) },
  );
  script.runInThisContext()(module.exports, requireAsset, module, name, '');
  return module.exports;
}

/** Parts of the daemon are assets; everything else is of Node itself. */
function requireAsset(id: string): unknown {
  return id.startsWith('./') ? load(id.slice(2)) : require(id);
}

load('server.cjs');
