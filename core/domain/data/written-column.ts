const MARK = '\0written ';

/** The name under which the text of a column is read as it is in a file of text, whatever its type. */
export function asWritten(column: string): string {
  return `${MARK}${column}`;
}

/** The column of a name that `asWritten` gave; undefined for any other name. */
export function writtenColumn(name: string): string | undefined {
  return name.startsWith(MARK) ? name.slice(MARK.length) : undefined;
}
