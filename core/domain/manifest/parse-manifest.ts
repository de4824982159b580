import { type Document, isMap, LineCounter, parseAllDocuments, visit } from 'yaml';
import { UserError } from '../../errors.ts';

/** A manifest file, parsed: the text that ranges refer to, and its documents. */
export interface ParsedManifest {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** The byte order mark of a text, or ''. */
export function byteOrderMarkOf(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
}

/**
 * Parses a YAML or JSON manifest of one or more documents.
 *
 * @param file The path to show.
 * @throws {UserError} MANIFEST_UNSUPPORTED for a Helm template; MANIFEST_INVALID for broken syntax and duplicate keys.
 */
export function parseManifest(text: string, file: string): ParsedManifest {
  const body = text.slice(byteOrderMarkOf(text).length);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(body, { lineCounter: lines, prettyErrors: false });
  const documents = Array.isArray(parsed) ? parsed : [];
  const [error] = documents.flatMap((document) => document.errors);
  if (error === undefined && !documents.some(isTemplate)) return { file, text: body, documents, lines };
  const { line, col } = lines.linePos(error?.pos[0] ?? body.indexOf('{{'));
  if (error === undefined || body.includes('{{')) {
    throw new UserError('MANIFEST_UNSUPPORTED', `${file} is a template, not YAML`, {
      fix: 'Name the values file instead of the template, with path.',
      place: { file, line, column: col },
    });
  }
  throw new UserError('MANIFEST_INVALID', `${file} cannot be edited: ${error.message}`, {
    fix: 'Mend the file at this place.',
    place: { file, line, column: col },
  });
}

/** `{{ .Values.x }}` is YAML too: a mapping whose key is a mapping, which no manifest has. */
function isTemplate(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, pair) => {
      found ||= isMap(pair.key);
    },
  });
  return found;
}

/** The indexes of the documents of a kind and name; an undefined kind, name or namespace matches all. */
export function documentsMatching(
  { documents }: ParsedManifest,
  want: {
    readonly kind?: string | undefined;
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
  },
): readonly number[] {
  return documents.flatMap((document, index) => {
    if (!isMap(document.contents)) return [];
    const fits =
      (want.kind === undefined || document.get('kind') === want.kind) &&
      (want.name === undefined || document.getIn(['metadata', 'name']) === want.name) &&
      (want.namespace === undefined || document.getIn(['metadata', 'namespace']) === want.namespace);
    return fits ? [index] : [];
  });
}
