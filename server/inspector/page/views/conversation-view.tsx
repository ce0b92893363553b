import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { argsText, conversationOf, type Item, textOf } from '../../view/conversation.ts';
import { isMedia, type Media, mediaName } from '../../view/model-requests.ts';
import type { RunData } from '../../view/run-data.ts';
import { addressOf } from '../data/api.ts';
import { useSource } from '../data/source.ts';
import { LongText } from '../parts/long-text.tsx';
import { useRunContext } from '../parts/run-context.ts';
import { shown, shownLine } from '../parts/shown-text.ts';

/** Items that are shown at first: the newest. */
const mostItems = 300;

/** A run as a person reads it. */
export function ConversationView({ data, at }: { data: RunData; at: string | undefined }): JSX.Element {
  const { list, newMessageIndex } = data.messages;
  const { response } = data.snapshot;
  const items = useMemo(() => {
    const coming = response ? [{ ...response, kind: 'response' as const }] : [];
    return conversationOf([...list, ...coming], newMessageIndex);
  }, [list, newMessageIndex, response]);
  const [most, setMost] = useState(mostItems);
  const holder = useRef<HTMLElement>(null);
  useEffect(() => {
    if (at !== undefined) holder.current?.querySelector(`[data-call="${CSS.escape(at)}"]`)?.scrollIntoView();
  }, [at]);
  const hidden = Math.max(0, items.length - most);
  const visible = items.slice(hidden);
  const firstNew = visible.findIndex(({ isNew }) => isNew);
  return (
    <section class="conversation" ref={holder} aria-label="conversation">
      {hidden > 0 && (
        <button type="button" onClick={() => setMost(most + mostItems)}>
          Show earlier ({hidden})
        </button>
      )}
      {visible.map((item, index) => (
        <div key={`${item.message} ${item.content?.at ?? item.title}`}>
          {index === firstNew && index > 0 && <h2 class="begin">This run begins here</h2>}
          <ItemView item={item} />
        </div>
      ))}
      {items.length === 0 && <p>There are no messages yet.</p>}
    </section>
  );
}

function ItemView({ item }: { item: Item }): JSX.Element {
  const { kind, title, content, labels } = item;
  const isFolded = kind === 'thinking' || kind === 'instructions' || kind === 'system';
  const head = (
    <>
      <strong>
        <bdi>{shownLine(title, 80)}</bdi>
      </strong>{' '}
      <Labels labels={labels} />
    </>
  );
  if (isFolded && content)
    return (
      <details class={`item ${kind}`}>
        <summary>
          {head} <small>{shownLine(textOf(content.value), 100)}</small>
        </summary>
        <ContentView value={content.value} at={content.at} />
      </details>
    );
  if (kind === 'call') return <CallView item={item} head={head} />;
  return (
    <article class={`item ${kind}`}>
      <header>{head}</header>
      {content && <ContentView value={content.value} at={content.at} />}
    </article>
  );
}

/** A call with its arguments, and beside it what it returned. */
function CallView({ item, head }: { item: Item; head: JSX.Element }): JSX.Element {
  const { content, returned, toolCallId } = item;
  return (
    <article class="item call" data-call={toolCallId}>
      <header>
        {head} <small>{shownLine(toolCallId ?? '', 60)}</small>
      </header>
      <div class="sides">
        <div>
          <h3>arguments</h3>
          {content ? (
            <LongText text={argsText(content.value)} at={content.at} />
          ) : (
            <p class="none">the call is not here</p>
          )}
        </div>
        <div>
          <h3>
            return <Labels labels={returned?.labels ?? []} />
          </h3>
          {returned ? (
            <ContentView value={returned.content.value} at={returned.content.at} />
          ) : (
            <p class="none">none</p>
          )}
        </div>
      </div>
    </article>
  );
}

function Labels({ labels }: { labels: readonly string[] }): JSX.Element {
  return (
    <>
      {labels.map((label) => (
        <span key={label} class="label">
          {shownLine(label, 80)}
        </span>
      ))}
    </>
  );
}

/** Text, data, images, and a list of them. */
function ContentView({ value, at }: { value: unknown; at: string }): JSX.Element {
  if (isMedia(value)) return <MediaView media={value} at={at} />;
  if (typeof value === 'string') return <LongText text={value} at={at} />;
  const isUserContent =
    Array.isArray(value) && value.some((item) => isMedia(item) || typeof item === 'string') && value.every(isContent);
  if (!isUserContent) return <LongText text={textOf(value)} at={at} />;
  return (
    <>
      {value.map((item, index) => (
        <ContentView key={index} value={item} at={`${at}/${index}`} />
      ))}
    </>
  );
}

const isContent = (item: unknown): boolean =>
  typeof item === 'string' || (typeof item === 'object' && item !== null && 'kind' in item);

const imageType = /^image\/(png|jpeg|gif|webp)$/;

function MediaView({ media, at }: { media: Media; at: string }): JSX.Element {
  const { id } = useRunContext();
  const { isLive } = useSource();
  const name = shown(mediaName(media));
  if (!imageType.test(media.media_type)) return <p class="file">{name}</p>;
  const data = media.data.replaceAll('-', '+').replaceAll('_', '/');
  const address = isLive ? addressOf('image', { id, at }) : `data:${media.media_type};base64,${data}`;
  return <img src={address} alt={name} loading="lazy" />;
}
