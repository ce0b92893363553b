import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunData } from '../view/run-data.ts';
import { type About, api } from './data/api.ts';
import { hashOf, useRoute } from './data/route.ts';
import { SourceContext } from './data/source.ts';
import { useRuns } from './data/use-runs.ts';
import { shown } from './parts/shown-text.ts';
import { CompareView } from './views/compare-view.tsx';
import { RunPage, RunView } from './views/run-view.tsx';
import { RunsView } from './views/runs-view.tsx';
import { UsageView } from './views/usage-view.tsx';

/** The page of a daemon. */
export function App(): JSX.Element {
  const route = useRoute();
  const [about, setAbout] = useState<About | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    api.about().then(setAbout, (reason: Error) => setError(reason.message));
  }, []);
  const isList = route.page === 'runs' || route.page === 'usage';
  return (
    <SourceContext.Provider value={{ isLive: true, allowsActions: about?.allowsActions ?? false }}>
      <header class="top">
        <nav aria-label="pages">
          <strong>Runwire</strong>
          <a href={hashOf({ page: 'runs' })} aria-current={route.page === 'runs' ? 'page' : undefined}>
            Runs
          </a>
          <a href={hashOf({ page: 'usage' })} aria-current={route.page === 'usage' ? 'page' : undefined}>
            Usage
          </a>
        </nav>
        <span>{about ? `${about.version}${about.allowsActions ? '' : ', read-only'}` : shown(error)}</span>
      </header>
      {isList && <Lists page={route.page} />}
      {route.page === 'run' && <RunView route={route} />}
      {route.page === 'compare' && <CompareView ids={route.ids} />}
    </SourceContext.Provider>
  );
}

function Lists({ page }: { page: 'runs' | 'usage' }): JSX.Element {
  const runs = useRuns();
  return page === 'runs' ? <RunsView runs={runs} /> : <UsageView runs={runs} />;
}

/** The page of one run that was exported. */
export function ExportedRun({ data }: { data: RunData }): JSX.Element {
  const route = useRoute();
  const { runId } = data.summary;
  const shownRoute = route.page === 'run' ? route : { page: 'run' as const, id: runId, tab: 'timeline' as const };
  return (
    <SourceContext.Provider value={{ isLive: false, allowsActions: false }}>
      <header class="top">
        <strong>Runwire</strong> <span>an exported run</span>
      </header>
      <main>
        <RunPage data={data} route={{ ...shownRoute, id: runId }} />
      </main>
    </SourceContext.Provider>
  );
}
