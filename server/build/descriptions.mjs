// What the schemas of the protocol say for readers is a document of its own, made here: a daemon that starts does not need it, and
// describing a schema makes another one each time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { common, dist } from './output.mjs';

/** Bodies of zod's methods that only add what is for readers. */
const describing = [
  `        const cl = this.clone();
        core.globalRegistry.add(cl, { description });
        return cl;`,
  `        const cl = this.clone();
        core.globalRegistry.add(cl, args[0]);
        return cl;`,
];

/** Schemas stay as they are when they are described. */
export const withoutDescriptions = {
  name: 'without-descriptions',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/classic\/schemas\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const body of describing) {
        if (!contents.includes(body)) throw new Error(`${path} describes schemas in another way; see descriptions.mjs`);
        contents = contents.replace(body, '        return this;');
      }
      return { contents };
    });
  },
};

/** The part that `rpc/discover` is answered from, in the place of `protocol/document/document.ts`. */
export async function documentPart() {
  const { outputFiles } = await build({ ...common, format: 'esm', entryPoints: ['protocol/document/document.ts'] });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { protocolDocument } = await import(`data:text/javascript;base64,${source}`);
  const json = JSON.stringify(JSON.stringify(protocolDocument()));
  return {
    path: join(dist, 'daemon/part-document.cjs'),
    contents: `"use strict";\nexports.protocolDocument=()=>JSON.parse(${json});\n`,
  };
}
