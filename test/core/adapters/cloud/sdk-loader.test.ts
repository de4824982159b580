import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSdk, sdkPlaces } from '../../../../core/adapters/cloud/sdk-loader.ts';

const pathsOf = (here: string) => sdkPlaces('gcs/gcs-sdk', here).map(({ pathname }) => pathname);

describe('sdkPlaces', () => {
  it('names the module itself in the source tree, compiled or not', () => {
    expect(pathsOf('file:///r/core/adapters/cloud/sdk-loader.ts')).toEqual(['/r/core/adapters/gcs/gcs-sdk.ts']);
    expect(pathsOf('file:///r/lib/core/adapters/cloud/sdk-loader.js')).toEqual(['/r/lib/core/adapters/gcs/gcs-sdk.js']);
  });

  it('names the folder next to a bundle, then the one that all actions share', () => {
    expect(pathsOf(pathToFileURL('/r/actions/train/dist/12.index.js').href)).toEqual([
      '/r/actions/train/dist/gcs-sdk/index.js',
      '/r/actions/cloud-sdks/dist/gcs-sdk/index.js',
    ]);
  });
});

describe('loadSdk', () => {
  it('says that a copy without the SDK is not complete', () => {
    expect(() => loadSdk('gcs/none-sdk')).toThrow('this copy of Tidegate is not complete: it has no gcs/none-sdk');
  });
});
