import {
  Composer,
  type Document,
  type DocumentOptions,
  LineCounter,
  type ParseOptions,
  type SchemaOptions,
  YAMLParseError,
} from 'yaml';
import { expansionRefusal } from './alias-expansion.ts';
import { boundedTokens } from './bounded-tokens.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import { sizeRefusal, type YamlBounds, type YamlRefusal } from './yaml-bounds.ts';

/** Parsing options and limits of a text. Repeated keys are errors, whatever is set here. */
export type YamlReading = YamlBounds &
  Omit<ParseOptions & DocumentOptions & SchemaOptions, 'uniqueKeys' | 'lineCounter'>;

/** The documents of a text, with their errors; or why none was made. */
export interface YamlDocuments {
  /** At least one, be it of an empty text; none where the text is refused. */
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** Undefined where the text is within its bounds. */
  readonly refusal: YamlRefusal | undefined;
}

/**
 * Reads a YAML text in time and memory that grow as the text does: the one place that calls the parser. A text beyond a
 * bound is refused before it is worked on.
 *
 * @param text Without a byte order mark.
 */
export function readYamlDocuments(text: string, { maxBytes, ...options }: YamlReading): YamlDocuments {
  const lines = new LineCounter();
  const refused = (refusal: YamlRefusal): YamlDocuments => ({ documents: [], lines, refusal });
  const tooLarge = sizeRefusal(text, { maxBytes });
  if (tooLarge !== undefined) {
    lines.addNewLine(0);
    return refused(tooLarge);
  }
  const { tokens, refusal } = boundedTokens(text, { maxBytes }, lines.addNewLine);
  if (tokens === undefined) return refused(refusal);
  const composer = new Composer({ ...options, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, true, text.length)];
  for (const document of documents) {
    const expanding = expansionRefusal(document);
    if (expanding !== undefined) return refused(expanding);
    addDuplicates(document);
  }
  return { documents, lines, refusal: undefined };
}

/** As the parser's own check tells them, which takes too long. */
function addDuplicates(document: Document.Parsed): void {
  const repeated = duplicateKeys(document).map(({ range }) => {
    const start = range?.[0] ?? 0;
    return new YAMLParseError([start, start + 1], 'DUPLICATE_KEY', 'Map keys must be unique');
  });
  if (repeated.length > 0) document.errors = [...document.errors, ...repeated].sort((a, b) => a.pos[0] - b.pos[0]);
}

/** The plain value of a document that was read here: what its aliases expand to was bounded before. */
export function plainYaml(document: Document, options: { readonly mapAsMap?: boolean } = {}): unknown {
  return document.toJS({ ...options, maxAliasCount: -1 });
}
