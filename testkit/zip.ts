import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip, which may be as wrong as a hostile one. */
export interface ZipEntry {
  /** Written as it is: `../test/x` and `/x` too. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** Content size in the headers, if they are wrong. */
  readonly claimedSize?: number;
  /** Unix mode, such as 0o120777 for a symbolic link. */
  readonly mode?: number;
}

const DEFLATED = 8;
const UNIX = 3 << 8;

/** Writes a zip of these entries, in order. */
export function createZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content);
    const packed = deflateRawSync(content);
    const name = Buffer.from(entry.name, 'utf8');
    const shared = sharedFields(content, packed, { claimedSize: entry.claimedSize, nameLength: name.length });
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name, packed]);
    directory.push(centralHeader({ shared, name, offset, mode: entry.mode ?? 0o100644 }));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** Version to `extra field length`: the same in both headers. */
function sharedFields(
  content: Buffer,
  packed: Buffer,
  { claimedSize, nameLength }: { readonly claimedSize: number | undefined; readonly nameLength: number },
): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x800, 2);
  fields.writeUInt16LE(DEFLATED, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(claimedSize ?? content.length, 18);
  fields.writeUInt16LE(nameLength, 22);
  return fields;
}

function centralHeader(entry: {
  readonly shared: Buffer;
  readonly name: Buffer;
  readonly offset: number;
  readonly mode: number;
}): Buffer {
  const header = Buffer.alloc(46);
  header.write('PK\x01\x02', 'latin1');
  header.writeUInt16LE(UNIX | 20, 4);
  entry.shared.copy(header, 6);
  header.writeUInt32LE(entry.mode * 0x10000, 38);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, entry.name]);
}
