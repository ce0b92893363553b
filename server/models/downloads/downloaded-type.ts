/** The types that servers give to files they know nothing about. */
const generic = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/binary']);

const textTypes = new Set([
  'application/json',
  'application/xml',
  'application/yaml',
  'application/x-yaml',
  'application/toml',
]);
const isText = (type: string) =>
  type.startsWith('text/') || textTypes.has(type) || /^application\/.*\+(json|xml)$/.test(type);

/**
 * The media type of a file from what its server says and from what was wanted (`image/png`, or `image` alone); null
 * when the two do not go together: an error page must not reach a model as an image.
 */
export function servedType(header: string | undefined, wanted: string): string | null {
  const served = (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (generic.has(served)) return wanted.includes('/') ? wanted : null;
  if (generic.has(wanted) || served === wanted) return served;
  // Text is served under any of its names, most often as plain text.
  if (isText(wanted) || isText(served)) return isText(wanted) && isText(served) ? wanted : null;
  return served.split('/')[0] === wanted.split('/')[0] ? served : null;
}
