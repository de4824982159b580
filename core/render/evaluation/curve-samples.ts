/** A curve's values at evenly spaced places, by straight lines between its points. */
export function sampleCurve(points: readonly (readonly [number, number])[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => valueAt(points, i / (count - 1)));
}

function valueAt(points: readonly (readonly [number, number])[], x: number): number {
  let [before] = points;
  if (before === undefined || x <= before[0]) return before?.[1] ?? 0;
  for (const point of points) {
    if (point[0] >= x) {
      const width = point[0] - before[0];
      // Of a step the upper end: the curve reaches it at that very place.
      return width === 0 ? point[1] : before[1] + ((x - before[0]) / width) * (point[1] - before[1]);
    }
    before = point;
  }
  return before[1];
}
