import { describe, expect, it } from 'vitest';
import { proxiesOf } from '../../../../core/adapters/http/proxy-settings.ts';

const THIS_MACHINE = 'localhost,127.0.0.1,[::1]';

describe('proxiesOf', () => {
  it('is undefined where no proxy is named, or an empty one', () => {
    expect(proxiesOf({ NO_PROXY: 'x' })).toBeUndefined();
    expect(proxiesOf({ HTTPS_PROXY: '', http_proxy: '' })).toBeUndefined();
  });

  it('takes lower case first, and an empty value for none', () => {
    const env = {
      https_proxy: 'http://low:1',
      HTTPS_PROXY: 'http://high:1',
      http_proxy: '',
      HTTP_PROXY: 'http://high:2',
    };
    expect(proxiesOf(env)).toEqual({ httpsProxy: 'http://low:1', httpProxy: 'http://high:2', noProxy: THIS_MACHINE });
  });

  it('takes an address without a scheme for a proxy that speaks HTTP', () => {
    expect(proxiesOf({ HTTPS_PROXY: 'proxy.example:3128' })).toMatchObject({ httpsProxy: 'http://proxy.example:3128' });
  });

  it('never names this machine, and takes a name for its subdomains too', () => {
    const noProxy = (NO_PROXY: string) => proxiesOf({ HTTPS_PROXY: 'http://p', NO_PROXY })?.noProxy;
    expect(noProxy('corp.example, .other:8443')).toBe(`corp.example,.corp.example,.other:8443,${THIS_MACHINE}`);
    expect(noProxy('a, *')).toBe('*');
  });
});
