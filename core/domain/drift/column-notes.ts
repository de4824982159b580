import { formatCount, formatPercent } from '../text/format-number.ts';
import { newCategories } from './category-counts.ts';
import { type ColumnProfile, shareMissing } from './profile-column.ts';
import { asSameFlags } from './same-flags.ts';

/** Two windows of a column. */
interface Windows {
  readonly reference: ColumnProfile;
  readonly current: ColumnProfile;
}

const MAX_NAMED = 5;

/** A sentence, with a space before it, about categories that the reference never had; empty where there is none. */
export function categoryNote({ reference, current }: Windows): string {
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return '';
  const found = newCategories(...asSameFlags(reference, current));
  if (found.length === 0) return '';
  const named = found.slice(0, MAX_NAMED).map(([name, count]) => `${name} (${formatCount(count)} rows)`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return ` New: ${named.join(', ')}${more}.`;
}

/** The same about the shares of missing values. */
export function missingNote({ reference, current }: Windows): string {
  const share = (column: ColumnProfile) => formatPercent(shareMissing(column));
  return ` Missing: ${share(reference)} before, ${share(current)} now.`;
}
