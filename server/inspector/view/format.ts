/** Milliseconds as a person reads them: `350 ms`, `2.4 s`, `3 min 05 s`, `2 h 03 min`. */
export function duration(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** How long ago something was. */
export function age(sinceMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - sinceMs) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A count in groups of three digits. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** US dollars; a dash for a price that is not known. */
export function cost(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const dollars = Number(value);
  if (!Number.isFinite(dollars)) return String(value);
  if (dollars === 0) return '$0';
  return `$${dollars < 0.01 ? dollars.toPrecision(2) : dollars.toFixed(dollars < 1 ? 4 : 2)}`;
}

/** The labels of an axis of US dollars: all with as many decimals as the finest needs. */
export function costTicks(values: readonly number[]): string[] {
  const isExact = (decimals: number) =>
    values.every((value) => Math.abs(value - Number(value.toFixed(decimals))) < 1e-9);
  const decimals = [2, 3, 4, 5, 6, 7].find(isExact) ?? 8;
  return values.map((value) => (value === 0 ? '$0' : `$${value.toFixed(decimals)}`));
}

/** A timestamp as a person reads it, to the millisecond. */
export const dateTime = (timestamp: string): string => timestamp.replace('T', ' ').replace(/(\.\d{3})\d*Z$/, '$1 UTC');

/** A time of day with milliseconds, in UTC: the same in every place where a run is looked at. */
export const time = (ms: number): string => new Date(ms).toISOString().slice(11, 23);

const two = (value: number) => String(value).padStart(2, '0');
