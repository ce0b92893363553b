import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** Copies a text that may have to be fetched first. */
export function CopyButton({ text, label }: { text: () => string | Promise<string>; label: string }): JSX.Element {
  const [state, setState] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await text());
      setState('copied');
    } catch (error) {
      setState(`not copied: ${(error as Error).message}`);
    }
  };
  return (
    <span class="copy">
      <button type="button" onClick={copy}>
        {label}
      </button>
      <span role="status">{state}</span>
    </span>
  );
}
