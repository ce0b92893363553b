/** How many times its recorded value a ratio may be: CPU moves by some 15 % from run to run, and by more on a busy machine. */
export const tolerance = 1.5;

/**
 * A sentence for each ratio of a part that is over what is allowed, that has no recorded value, or that is recorded and was not
 * measured.
 *
 * @param {{ what: string, value?: number, unit?: string, note?: string }[]} rows what was measured
 * @param {Record<string, number>} recorded ratios by the names of their rows
 */
export function faultsIn(rows, recorded) {
  const faults = rows.flatMap(({ what, value, unit = '', note = '' }) => {
    const ratio = recorded[what];
    if (ratio === undefined) return [`'${what}' has no recorded ratio: run \`npm run bench -- guard --record\`.`];
    if (value === undefined || Number.isNaN(value)) return [`'${what}' could not be measured: ${note}.`];
    const most = tolerance * ratio;
    if (value <= most) return [];
    return [`'${what}' is ${value.toFixed(2)} ${unit}; ${ratio} is recorded, so that ${most.toFixed(2)} is allowed.`];
  });
  const measured = new Set(rows.map(({ what }) => what));
  const missing = Object.keys(recorded).filter((what) => !measured.has(what));
  return [...faults, ...missing.map((what) => `'${what}' is recorded, and was not measured.`)];
}

/** Of several measurements of the same rows the least of each: what comes on top is what else the machine did. */
export function leastOf(measurements) {
  const [first = [], ...others] = measurements;
  return others.reduce(
    (least, rows) =>
      least.map((row) => {
        const other = rows.find(({ what }) => what === row.what);
        return other && !(row.value <= other.value) ? other : row;
      }),
    first,
  );
}
