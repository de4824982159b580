/** Delimiters that are told apart by the beginning of a file. */
const DELIMITERS = [',', ';', '\t', '|'];
/** Chosen: as many records as show which delimiter gives equally many fields. */
const COMPARED_RECORDS = 200;

/**
 * The first records of CSV text: fields in double quotes may hold anything, a doubled quote represents one.
 *
 * @param text The beginning of a file; its last record counts where it ends with a line break or `isWhole` is set.
 * @returns At most `limit` records; lines without a character are none.
 */
export function readRecords(
  text: string,
  { delimiter, limit, isWhole }: { readonly delimiter: string; readonly limit: number; readonly isWhole: boolean },
): readonly (readonly string[])[] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length < limit) {
    const field = readField(text, at, delimiter);
    record.push(field.value);
    at = field.end;
    if (text[at] === delimiter) {
      at++;
      if (at < text.length || !isWhole) continue;
      record.push('');
    }
    if (at >= text.length && !isWhole) break;
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

/** A field from `from` on, and where the delimiter or line break after it is. */
function readField(text: string, from: number, delimiter: string): { readonly value: string; readonly end: number } {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
    return { value: text.slice(from, end), end };
  }
  let end = from + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
  const value = text.slice(from + 1, end).replaceAll('""', '"');
  const rest = end + 1 < text.length ? readUntil(text, end + 1, delimiter) : '';
  return { value: value + rest, end: Math.min(text.length, end + 1 + rest.length) };
}

function readUntil(text: string, from: number, delimiter: string): string {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++;
  return text.slice(from, end);
}

/**
 * The delimiter of CSV text: the one of `, ; tab |` that cuts the header, and most records in as many fields as it; of
 * several, the one that gives more fields. A table of one column has a comma.
 */
export function chooseDelimiter(text: string, isWhole: boolean): string {
  const rated = DELIMITERS.map((delimiter) => {
    const [header = [], ...rows] = readRecords(text, { delimiter, limit: COMPARED_RECORDS, isWhole });
    const same = rows.filter((row) => row.length === header.length).length;
    return { delimiter, fields: header.length, share: rows.length === 0 ? 1 : same / rows.length };
  });
  const able = rated.filter(({ fields }) => fields > 1);
  const [best] = able.sort((a, b) => b.share - a.share || b.fields - a.fields);
  return best?.delimiter ?? ',';
}

/** Names of columns as pandas makes them: the second `a` is `a.1`, one without a name is `Unnamed: <index>`. */
export function columnNames(header: readonly string[]): readonly string[] {
  const taken = new Set(header);
  const used = new Set<string>();
  return header.map((written, index) => {
    const first = written === '' ? `Unnamed: ${index}` : written;
    let name = first;
    for (let more = 1; used.has(name) || (more > 1 && taken.has(name)); more++) name = `${first}.${more}`;
    used.add(name);
    return name;
  });
}
