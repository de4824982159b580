import { open } from 'node:fs/promises';
import { UserError } from '../../errors.ts';

/** Format of a file by its first bytes. */
export interface KnownContent {
  readonly kind: string;
  /** For a sentence "the file is …". */
  readonly what: string;
  /** Fix. */
  readonly fix: string;
}

/** Chosen: beyond any mark, and the names at the beginning of an archive. */
const LOOKED_BYTES = 1024;

const EXPORT = 'Export the model to ONNX, or write its predictions to a table and name it in evaluate.predictions.';
const ZIP = '504b0304';
const CONVERT = 'Write the table as Parquet, CSV or JSON lines.';

interface Mark extends KnownContent {
  /** The first bytes, in hexadecimal digits. */
  readonly magic?: string;
  /** The beginning, bytes as characters. */
  readonly head?: RegExp;
}

const MARKS: readonly Mark[] = [
  {
    kind: 'lfs-pointer',
    head: /^version https:\/\/git-lfs\.github\.com\/spec\//,
    what: 'a Git LFS pointer, not the file itself',
    fix: 'Set lfs: true for actions/checkout, or run git lfs pull before this step.',
  },
  {
    kind: 'dvc-pointer',
    head: /^(outs:\s*\n- md5:|md5: [0-9a-f]{32}\s*\n)/,
    what: 'a DVC file, not the data itself',
    fix: 'Use the path of the data, without .dvc, and run data-pull before this step.',
  },
  {
    kind: 'html',
    head: /^(\u00ef\u00bb\u00bf)?\s*<(!doctype html|html|head|body)\b/i,
    what: 'an HTML page, probably an error or a login page that was saved in its place',
    fix: 'Download the file again, and make the step that downloads it fail on errors (curl --fail).',
  },
  {
    kind: 'xml',
    head: /^(\u00ef\u00bb\u00bf)?\s*(<\?xml\b|<Error>)/,
    what: 'an XML document, probably the error of an object store that was saved in its place',
    fix: 'Download the file again, and make the step that downloads it fail on errors.',
  },
  {
    kind: 'gzip',
    magic: '1f8b',
    what: 'compressed with gzip',
    fix: 'Decompress it, or name a compressed table .csv.gz or .jsonl.gz.',
  },
  {
    kind: 'zstd',
    magic: '28b52ffd',
    what: 'compressed with Zstandard',
    fix: 'Decompress it, or name a compressed table .csv.zst or .jsonl.zst.',
  },
  { kind: 'parquet', magic: '50415231', what: 'a Parquet file', fix: 'Name it .parquet.' },
  { kind: 'utf-16', magic: 'fffe', what: 'text in UTF-16', fix: 'Write it as UTF-8.' },
  { kind: 'utf-16', magic: 'feff', what: 'text in UTF-16', fix: 'Write it as UTF-8.' },
  { kind: 'hdf5', magic: '894844460d0a1a0a', what: 'an HDF5 file, as Keras writes models', fix: EXPORT },
  {
    kind: 'keras',
    magic: ZIP,
    head: /^.{30}(metadata\.json|config\.json|model\.weights)/s,
    what: 'a Keras model (.keras)',
    fix: EXPORT,
  },
  {
    kind: 'pytorch',
    magic: ZIP,
    head: /^.{30}[^/]{0,200}\/(data\.pkl|code\/|constants\.pkl|\.format_version|byteorder|version)/s,
    what: 'a PyTorch or TorchScript file',
    fix: EXPORT,
  },
  {
    kind: 'excel',
    magic: ZIP,
    head: /^.{30}(\[Content_Types\]\.xml|_rels\/|xl\/|docProps\/)/s,
    what: 'an Excel workbook',
    fix: CONVERT,
  },
  { kind: 'zip', magic: ZIP, what: 'a ZIP archive', fix: 'Extract it, and use the path of a file in it.' },
  {
    kind: 'safetensors',
    head: /^.{6}\0\0\{\s*"/s,
    what: 'a SafeTensors file, which has weights but no model',
    fix: EXPORT,
  },
  ...['8002', '8003', '8004', '8005'].flatMap((magic): readonly Mark[] => [
    {
      kind: 'joblib',
      magic,
      head: /^.{2,80}(sklearn|joblib|numpy|xgboost|lightgbm)/s,
      what: 'a Python pickle (joblib)',
      fix: EXPORT,
    },
    { kind: 'pickle', magic, what: 'a Python pickle', fix: EXPORT },
  ]),
  ...['7801', '785e', '789c', '78da'].map((magic) => ({
    kind: 'joblib',
    magic,
    what: 'a compressed Python pickle (joblib)',
    fix: EXPORT,
  })),
];

/** Format by the first bytes of a file; undefined for text and for anything else. */
export function knownContent(bytes: Uint8Array): KnownContent | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, LOOKED_BYTES)).toString('latin1');
  const digits = Buffer.from(text.slice(0, 8), 'latin1').toString('hex');
  return MARKS.find(({ magic = '', head }) => digits.startsWith(magic) && (head === undefined || head.test(text)));
}

/** Format of a file by its first bytes; undefined if unknown or missing. */
export async function knownContentOf(file: string): Promise<KnownContent | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(LOOKED_BYTES), 0, LOOKED_BYTES, 0);
    return knownContent(buffer.subarray(0, bytesRead));
  } catch {
    // A folder: what is wrong with it is said by who reads it.
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The error for a table that is another kind of file. */
export function notATable(file: string, { what, fix }: KnownContent): UserError {
  return new UserError('DATA_INVALID', `${file} is not a table: it is ${what}`, {
    fix: fix === EXPORT ? CONVERT : fix,
  });
}
