/** A metric of a window, with its 95 % interval. */
export interface ShownMetric {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** Metrics by name; empty where the issue does not show them. */
export interface ShownPerformance {
  readonly estimated: ReadonlyMap<string, ShownMetric>;
  readonly realised: ReadonlyMap<string, ShownMetric>;
}

const ROW = /^\| ([\w\\]+) +\| +\S+ \| +(\S+) \| +(\S+) to (\S+) \|$/;

/** Reads the performance of a window where a person would: in the two tables of the drift issue. A number that cannot be read is NaN. */
export function readPerformance(body: string): ShownPerformance {
  return { estimated: tableOf(body, 'estimated without labels'), realised: tableOf(body, 'by the outcomes') };
}

function tableOf(body: string, title: string): ReadonlyMap<string, ShownMetric> {
  const lines = body.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${title}`));
  const after = start === -1 ? [] : lines.slice(start + 1);
  const end = after.findIndex((line) => !line.startsWith('|'));
  const rows = (end === -1 ? after : after.slice(0, end)).flatMap((line): [string, ShownMetric][] => {
    const [, name = '', value, lower, upper] = ROW.exec(line) ?? [];
    return name === ''
      ? []
      : [[name.replaceAll('\\', ''), { value: numberOf(value), lower: numberOf(lower), upper: numberOf(upper) }]];
  });
  return new Map(rows);
}

/** Numbers for people have a minus sign of typography, and commas between thousands. */
function numberOf(text = ''): number {
  return text === '' ? Number.NaN : Number(text.replace('−', '-').replaceAll(',', ''));
}
