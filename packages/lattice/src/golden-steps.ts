/** Golden-ratio steps through [0, 1): what draws for a search to which no chance is handed, so that the same request gives the same plan. */
export function goldenSteps(): () => number {
  let x = 0;
  return () => {
    x = (x + 0.618_033_988_749_895) % 1;
    return x;
  };
}
