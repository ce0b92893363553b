import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface VirtualRowsProps {
  readonly count: number;
  readonly rowHeight: number;
  /** Number of columns, for the rows that stand in for those out of sight. */
  readonly columns: number;
  readonly label: string;
  readonly head: ComponentChildren;
  readonly row: (index: number) => ComponentChildren;
}

/** Rows before and after those in sight. */
const spare = 10;

/** A table of any number of rows, of which those in sight are there. Its height is bounded by the style sheet. */
export function VirtualRows({ count, rowHeight, columns, label, head, row }: VirtualRowsProps): JSX.Element {
  const holder = useRef<HTMLElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const { current } = holder;
    if (!current) return undefined;
    const look = () => setSight({ top: current.scrollTop, height: current.clientHeight });
    const resized = new ResizeObserver(look);
    resized.observe(current);
    current.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      resized.disconnect();
      current.removeEventListener('scroll', look);
    };
  }, []);
  const from = Math.min(Math.max(0, Math.floor(sight.top / rowHeight) - spare), Math.max(0, count - 1));
  const to = Math.min(count, Math.ceil((sight.top + sight.height) / rowHeight) + spare);
  const indexes = Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class="rows" ref={holder} tabIndex={0} aria-label={label}>
      <table aria-rowcount={count + 1}>
        {head}
        <tbody>
          <Gap height={from * rowHeight} columns={columns} />
          {indexes.map(row)}
          <Gap height={(count - to) * rowHeight} columns={columns} />
        </tbody>
      </table>
    </section>
  );
}

function Gap({ height, columns }: { height: number; columns: number }): JSX.Element | null {
  if (height <= 0) return null;
  return (
    <tr class="gap">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}
