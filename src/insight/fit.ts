/**
 * A linear fit with coefficients that are never negative (a token can't take negative time or cost
 * negative money), and that a few wild values can't bend: least absolute deviations first, then
 * least squares over what lies near that line.
 *
 * @param rows the features of each observation; for an intercept give a feature that is always 1
 * @returns one coefficient a feature; null when the features say nothing
 */
export function fit(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
): readonly number[] | null {
  let weights = rows.map(() => 1);
  let line = nonNegative(rows, targets, weights);
  const floor = 1e-6 * Math.max(...targets, 1e-9);
  for (let round = 0; round < ROUNDS && line !== null; round++) {
    weights = residuals(rows, targets, line).map(
      (residual) => 1 / Math.max(Math.abs(residual), floor),
    );
    line = nonNegative(rows, targets, weights) ?? line;
  }
  if (line === null) return null;
  const distances = residuals(rows, targets, line).map(Math.abs);
  const limit = OUTLIER * Math.max(middle(distances), 1e-3 * middle(targets), floor);
  const near = distances.map((distance) => (distance <= limit ? 1 : 0));
  return nonNegative(rows, targets, near) ?? line;
}

export function valueAt(line: readonly number[], row: readonly number[]): number {
  return line.reduce((total, coefficient, index) => total + coefficient * (row[index] ?? 0), 0);
}

/** Rounds of reweighting; the line moves by less than a thousandth after about twenty. */
const ROUNDS = 25;

/** Times the median distance: about three standard deviations where the noise is normal. */
const OUTLIER = 4.5;

function residuals(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  line: readonly number[],
): readonly number[] {
  return rows.map((row, index) => (targets[index] ?? 0) - valueAt(line, row));
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * With at most three features every choice of those that are not zero can be tried: the best one
 * without a negative wins.
 */
function nonNegative(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  weights: readonly number[],
): readonly number[] | null {
  const width = rows[0]?.length ?? 0;
  const { gram, moment } = normalEquations(rows, targets, weights, width);
  let best: readonly number[] | null = null;
  let bestGain = 0;
  for (let choice = 1; choice < 2 ** width; choice++) {
    const features = Array.from({ length: width }, (_, index) => index).filter(
      (index) => (choice >> index) & 1,
    );
    const solution = solve(
      features.map((i) => features.map((j) => gram[i]?.[j] ?? 0)),
      features.map((i) => moment[i] ?? 0),
    );
    if (solution === null || solution.some((coefficient) => coefficient < 0)) continue;
    const gain = solution.reduce(
      (total, coefficient, index) => total + coefficient * (moment[features[index] ?? 0] ?? 0),
      0,
    );
    if (gain <= bestGain) continue;
    bestGain = gain;
    best = Array.from({ length: width }, (_, index) => solution[features.indexOf(index)] ?? 0);
  }
  return best;
}

function normalEquations(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  weights: readonly number[],
  width: number,
): { gram: readonly (readonly number[])[]; moment: readonly number[] } {
  const indexes = Array.from({ length: width }, (_, index) => index);
  function total(term: (row: readonly number[], index: number) => number): number {
    return rows.reduce(
      (so_far, row, index) => so_far + (weights[index] ?? 0) * term(row, index),
      0,
    );
  }
  return {
    gram: indexes.map((i) => indexes.map((j) => total((row) => (row[i] ?? 0) * (row[j] ?? 0)))),
    moment: indexes.map((i) => total((row, index) => (row[i] ?? 0) * (targets[index] ?? 0))),
  };
}

/**
 * Gauss and Jordan with the diagonal as pivots, which suits such matrices; null when features
 * depend on each other.
 */
function solve(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
): readonly number[] | null {
  const table = matrix.map((row, index) => [...row, right[index] ?? 0]);
  for (const [index, pivotRow] of table.entries()) {
    const pivot = pivotRow[index] ?? 0;
    if (pivot <= 1e-9 * (matrix[index]?.[index] ?? 0)) return null;
    for (const [other, row] of table.entries()) {
      if (other === index) continue;
      const factor = (row[index] ?? 0) / pivot;
      for (let column = index; column < row.length; column++) {
        row[column] = (row[column] ?? 0) - factor * (pivotRow[column] ?? 0);
      }
    }
  }
  return table.map((row, index) => (row.at(-1) ?? 0) / (row[index] ?? 1));
}
