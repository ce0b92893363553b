// The licences of what is bundled into the daemon, as one text. A package that may not be bundled fails the build.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Licences that allow what we do with a package: to ship it, minified, within a program of another licence. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Copyright notices of packages that ship no text of their licence; each is from the README of its package. */
const notices = { 'data-uri-to-buffer': 'Copyright (c) 2014 Nathan Rajlich <nathan@tootallnate.net>' };

/** Texts that are the same for every package but for the copyright notice. */
const standardText = (spdx) =>
  readFileSync(join(dirname(fileURLToPath(import.meta.url)), `licences/${spdx}.txt`), 'utf8').trim();

/** The text of the Apache licence, as far as it is the same in every copy of it. */
const apacheBeginning = /^\s*Apache License\s+Version 2\.0, January 2004/;

const rule = `\n\n${'-'.repeat(80)}\n\n`;

/**
 * The folders of the packages that ended up in bundles, and the names of the packages, from esbuild's metafiles.
 */
export function bundledPackages(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs)),
  );
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = used.map(([file]) => /^.*node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(folders.filter(Boolean))].sort();
}

/**
 * Puts the licences of packages into one text: a section for each package, then the texts that several share.
 *
 * Errors: for a package whose licence is not allowed, or whose text is missing.
 */
export function licencesOf(folders, root) {
  const sections = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = `${license}\n\n${textOf(join(root, folder), { name, version, license })}`;
    sections.set(text, [...(sections.get(text) ?? []), `${name} ${version}`]);
  }
  const packages = [...sections].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\nLicence: ${text}`);
  return [intro, ...packages, standardText('Apache-2.0')].join(rule).concat('\n');
}

const intro =
  'The files beside this one hold code of the packages below, each under its licence. The text of the Apache License,\n' +
  'Version 2.0 (Apache-2.0), which is that of many of them, is at the end.';

function textOf(folder, { name, version, license }) {
  if (!allowed.includes(license)) {
    throw new Error(
      `${name} ${version} has the licence '${license}', which is none of ${allowed.join(', ')}; leave the package out, or see whether it may be bundled and add the licence to server/build/licences.mjs`,
    );
  }
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (license === 'Apache-2.0') return texts.map(withoutApacheText).filter(Boolean).join('\n\n') || atTheEnd;
  if (texts.length > 0) return texts.join('\n\n');
  if (Object.hasOwn(notices, name)) return `${notices[name]}\n\n${standardText(license)}`;
  throw new Error(
    `${name} ${version} (${license}) ships no text of its licence; add its copyright notice to \`notices\` in server/build/licences.mjs`,
  );
}

const atTheEnd = 'The text is at the end.';

/** A copy of the Apache licence says nothing of its package but whose it is; anything shorter is a notice. */
function withoutApacheText(text) {
  if (!apacheBeginning.test(text)) return text;
  return [...(text.match(/^ *Copyright (\(c\) )?[12]\d{3}.*$/gim) ?? []).map((line) => line.trim()), atTheEnd].join(
    '\n\n',
  );
}
