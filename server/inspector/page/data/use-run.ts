import { useEffect, useState } from 'preact/hooks';
import { merged, type RunData } from '../../view/run-data.ts';
import { addressOf, api } from './api.ts';

/** A run that is followed. */
export interface FollowedRun {
  readonly data: RunData | null;
  readonly error: string | null;
  /** False while the daemon cannot be reached. */
  readonly isConnected: boolean;
}

/** Loads a run and follows it to its end; what was missed while the daemon was away comes with the reconnection. */
export function useRun(id: string): FollowedRun {
  const [followed, setFollowed] = useState<FollowedRun>({ data: null, error: null, isConnected: true });
  useEffect(() => {
    let stop = () => undefined as undefined;
    let isGone = false;
    const update = (next: (before: FollowedRun) => FollowedRun) => {
      if (!isGone) setFollowed(next);
    };
    setFollowed({ data: null, error: null, isConnected: true });
    api.run(id).then(
      (data) => {
        update(() => ({ data, error: null, isConnected: true }));
        if (data.snapshot.state !== 'finished' && !isGone) stop = follow(id, data, update);
      },
      (error: Error) => update((before) => ({ ...before, error: error.message })),
    );
    return () => {
      isGone = true;
      stop();
    };
  }, [id]);
  return followed;
}

function follow(
  id: string,
  { messages, lastSeq }: RunData,
  update: (next: (before: FollowedRun) => FollowedRun) => void,
): () => undefined {
  const count = messages.from + messages.list.length;
  const stream = new EventSource(addressOf('follow', { id, messages: count, lastSeq }));
  const close = () => {
    stream.close();
    return undefined;
  };
  stream.addEventListener('open', () => update((before) => ({ ...before, isConnected: true })));
  stream.addEventListener('error', () => update((before) => ({ ...before, isConnected: false })));
  stream.addEventListener('run', ({ data }) => {
    const news = JSON.parse(data) as RunData;
    update((before) => ({ data: merged(before.data, news), error: null, isConnected: true }));
  });
  stream.addEventListener('failed', ({ data }) => {
    close();
    update((before) => ({ ...before, error: JSON.parse(data).message }));
  });
  stream.addEventListener('end', close);
  return close;
}
