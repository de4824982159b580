import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../core/errors.ts';
import { planDeployment } from '../../../../core/usecases/promote/deploy-version.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OLD = `sha256:${'cd'.repeat(32)}`;
const R = 'ghcr.io/acme/flights';
const version = {
  version: '1.4.0',
  artifactUri: 's3://models/flights/sha256/cafe',
  image: { repository: R, tag: '1.4.0', digest: DIGEST },
};

async function deploy(text: string, ...paths: readonly string[]): Promise<string> {
  const targets = paths.map((path) => ({ file: 'values.yaml', path }));
  const [edit] = await planDeployment({ targets }, version, async () => text);
  return edit?.after ?? text;
}

describe('no key beside a target goes on saying another version', () => {
  it.each([
    ['an unknown digest in an image', `image: { repository: ${R}, tag: 1.3.0, imageDigest: "${OLD}" }\n`, 'image'],
    ['a checksum beside a tag', `image: { repository: ${R}, tag: 1.3.0, sha256sum: "${OLD}" }\n`, 'image.tag'],
    ['a digest beside a tag without a map', `imageTag: 1.3.0\nimageDigest: ${OLD}\n`, 'imageTag'],
    ['a tag beside a digest without a map', `imageTag: 1.3.0\nimageDigest: ${OLD}\n`, 'imageDigest'],
    ['a tag beside a repository', `image: ${R}\ntag: 1.3.0\n`, 'image'],
    ['a tag of the same stem', `image: ${R}\nimageTag: 1.3.0\n`, 'image'],
    ['a tag beside a whole reference', `server: { image: "${R}:1.3.0", tag: 1.3.0 }\n`, 'server.image'],
    ['a number beside a tag', `image: { repository: ${R}, tag: 1.3.0, version: 1.3.0 }\n`, 'image'],
  ])('so %s is refused, by its path', async (_, text, path) => {
    const planned = deploy(text, path);
    await expect(planned).rejects.toBeInstanceOf(UserError);
    await expect(planned).rejects.toMatchObject({ code: 'MANIFEST_UNSUPPORTED' });
  });

  it('or all of them are targets', async () => {
    const text = `imageTag: v1.3.0\nimageDigest: ${OLD}\n`;
    const wanted = `imageTag: 1.4.0\nimageDigest: ${DIGEST}\n`;
    expect(await deploy(text, 'imageTag', 'imageDigest')).toBe(wanted);
    expect(await deploy(wanted, 'imageTag')).toBe(wanted);
  });

  it.each([
    ['of another image', 'imageTag: 1.3.0\nsidecarTag: "2"\nsidecarDigest: x\n', 'imageTag'],
    ['without a value', `image: { repository: ${R}, tag: 1.3.0, pullDigest: "" }\n`, 'image'],
    ['of another part', 'a: { imageTag: 1.3.0 }\nb: { imageTag: 1.3.1 }\n', 'a.imageTag'],
  ])('a key %s is nothing to it', async (_, text, path) => {
    expect(await deploy(text, path)).toBe(text.replace('1.3.0', '1.4.0'));
  });

  it('a repository is changed with the tag beside it', async () => {
    const text = 'image:\n  repository: other/flights\n  tag: 1.3.0\n';
    expect(await deploy(text, 'image.repository')).toBe(`image:\n  repository: ${R}\n  tag: 1.4.0\n`);
  });
});
