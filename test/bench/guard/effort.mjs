/** True when the ratios are only checked against recorded ones, which CI does: fewer rounds are enough for that. */
export const isQuick = process.argv[2] === 'guard';

/** So many rounds: all of them, or what a quick check needs. */
export const roundsOf = (all, quick) => (isQuick ? quick : all);
