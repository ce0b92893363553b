const GROUPS = [8, 4, 4, 4, 12];

/** What is wrong with a UUID text, in the words of the uuid crate; undefined when nothing is. */
export function uuidProblem(text: string): string | undefined {
  let body = text;
  let offset = 0;
  if (/^\{.*\}$/s.test(text)) {
    body = text.slice(1, -1);
    offset = 1;
  } else if (/^urn:uuid:/i.test(text)) {
    body = text.slice(9);
    offset = 9;
  }
  const strange = /[^0-9a-fA-F-]/u.exec(body);
  if (strange !== null) return `invalid character: found \`${strange[0]}\` at ${strange.index + offset}`;
  const groups = body.split('-');
  if (groups.length === 1) return body.length === 32 ? undefined : `invalid length: found ${body.length}`;
  if (groups.length !== 5) return `invalid group count: expected 5, found ${groups.length}`;
  for (const [index, group] of groups.entries()) {
    if (group.length !== GROUPS[index]) {
      return `invalid group length in group ${index}: expected ${GROUPS[index]}, found ${group.length}`;
    }
  }
  return undefined;
}

/** What is wrong with an absolute URL, in the words of the url crate; undefined when nothing is. */
export function urlProblem(text: string): string | undefined {
  if (text.trim() === '') return 'input is empty';
  if (!/^\s*[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text)) return 'relative URL without a base';
  if (URL.canParse(text)) return undefined;
  const host = /^\s*[^:]*:[/\\]*(?:[^/?#@]*@)?([^/?#]*)/.exec(text)?.[1] ?? '';
  if (host === '' || host.startsWith(':')) return 'empty host';
  if (host.startsWith('[')) return 'invalid IPv6 address';
  if (/:[^:]*$/.test(host)) return 'invalid port number';
  return /^[\d.]+$/.test(host) ? 'invalid IPv4 address' : 'invalid international domain name';
}
