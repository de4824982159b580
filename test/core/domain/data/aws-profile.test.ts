import { describe, expect, it } from 'vitest';
import { parseAwsProfile } from '../../../../core/domain/data/aws-profile.ts';

describe('parseAwsProfile', () => {
  it.each(['[team]', '[profile team]', '[ profile "team" ]  # ours', "[profile 'team']"])(
    'finds the profile %s',
    (header) => {
      const text = `[default]\naws_access_key_id = other\n${header}\r\naws_access_key_id=AK\n  aws_secret_access_key = a/b+c== \nregion = eu-west-1 # near\n`;
      expect(parseAwsProfile(text, 'team')).toEqual({
        accessKeyId: 'AK',
        secretAccessKey: 'a/b+c==',
        region: 'eu-west-1',
        indirect: [],
      });
    },
  );

  it('takes no key of another profile', () => {
    const text =
      '[other]\naws_access_key_id = AK\ncredential_process = x\n[team]\naws_session_token = T\n[last]\nregion = r\n';
    expect(parseAwsProfile(text, 'team')).toEqual({ sessionToken: 'T', indirect: [] });
    expect(parseAwsProfile(text, 'absent')).toEqual({ indirect: [] });
  });

  // Every way that the AWS SDKs have of getting credentials by something else than the keys of this file.
  it.each([
    'credential_process = touch x',
    'Credential_Process=touch x',
    '  credential_process = touch x',
    'credential_source = Environment',
    'role_arn = arn:aws:iam::1:role/x',
    'source_profile = base',
    'web_identity_token_file = /tmp/token',
    'sso_session = s',
    'sso_start_url = https://x.awsapps.com/start',
    'login_session = s',
    'endpoint_url = http://127.0.0.1:9',
    'services = s',
  ])('names what would get credentials in another way: %s', (line) => {
    const { indirect } = parseAwsProfile(
      `[team]\naws_access_key_id = AK\naws_secret_access_key = S\n${line}\n`,
      'team',
    );
    expect(indirect).toEqual([line.split('=')[0]?.trim().toLowerCase()]);
  });
});
