import { describe, expect, it } from 'vitest';
import { knownContent } from '../../../../core/adapters/files/known-content.ts';

const zip = (name: string) => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(26), Buffer.from(name)]);

describe('knownContent', () => {
  it.each([
    ['lfs-pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['dvc-pointer', Buffer.from('outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: a.csv\n')],
    ['html', Buffer.from('\n<!DOCTYPE html>\n<html>')],
    ['xml', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
    ['parquet', Buffer.from('PAR1')],
    ['utf-16', Buffer.from('\uFEFFa,b', 'utf16le')],
    ['hdf5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')],
    ['keras', zip('metadata.json')],
    ['pytorch', zip('model/data.pkl')],
    ['excel', zip('[Content_Types].xml')],
    ['zip', zip('model.onnx')],
    ['safetensors', Buffer.from('\x40\0\0\0\0\0\0\0{"weight":{"dtype":"F32"', 'latin1')],
    ['joblib', Buffer.from('\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x17sklearn.linear_model', 'latin1')],
    ['pickle', Buffer.from('\x80\x04\x95\x10', 'latin1')],
  ])('knows a file as %s by its first bytes', (kind, bytes) => {
    expect(knownContent(bytes)?.kind).toBe(kind);
  });

  it.each(['a,b\n1,2\n', '{"a": 1}\n', 'version,b\n1,2\n', '<5,>6\n1,2\n', 'PK,a\n1,2\n', ''])(
    'takes %j for text',
    (text) => {
      expect(knownContent(Buffer.from(text))).toBeUndefined();
    },
  );
});
