import { useEffect, useState } from 'preact/hooks';

export const tabs = ['timeline', 'conversation', 'requests', 'usage', 'raw'] as const;
export type Tab = (typeof tabs)[number];

/** A place on the page. */
export type Route =
  | { readonly page: 'runs' | 'usage' }
  | { readonly page: 'run'; readonly id: string; readonly tab: Tab; readonly at?: string }
  | { readonly page: 'compare'; readonly ids: readonly [string, string] };

/** Returns the address of a place, for links. */
export function hashOf(route: Route): string {
  if (route.page === 'run') {
    const at = route.at === undefined ? '' : `/${encodeURIComponent(route.at)}`;
    return `#/run/${encodeURIComponent(route.id)}/${route.tab}${at}`;
  }
  if (route.page === 'compare') return `#/compare/${route.ids.map(encodeURIComponent).join('/')}`;
  return `#/${route.page}`;
}

/** Reads an address; one that is none is the list of runs. */
export function routeOf(hash: string): Route {
  const [page, first, second, third] = hash.replace(/^#\//, '').split('/').map(decoded);
  if (page === 'usage') return { page };
  if (page === 'compare' && first && second) return { page, ids: [first, second] };
  if (page !== 'run' || !first) return { page: 'runs' };
  const tab = tabs.find((one) => one === second) ?? 'timeline';
  return { page, id: first, tab, ...(third ? { at: third } : {}) };
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return routeOf(hash);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
