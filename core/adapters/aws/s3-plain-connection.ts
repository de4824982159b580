import { withoutEnding } from '../../domain/text/without-ending.ts';
import type { S3Settings } from './s3-client.ts';
import type { S3Location } from './s3-location.ts';
import type { AwsKeys } from './sigv4.ts';

/** Address, region and credentials of a bucket, found without the SDK. */
export interface PlainConnection {
  readonly address: { readonly origin: string; readonly host: string; readonly basePath: string };
  readonly region: string;
  readonly keys: AwsKeys;
}

/**
 * The connection to a server of the team's own, where its address, a region and keys are all said outright; undefined
 * for everything else (AWS itself, profiles, roles), which the SDK knows the rules of.
 */
export function plainConnection(settings: S3Settings, { bucket }: S3Location): PlainConnection | undefined {
  const { env, profile } = settings;
  if (settings.anonymous === true || profile !== undefined || isSet(env.AWS_PROFILE)) return undefined;
  const endpoint = settings.endpointUrl ?? firstSet(env.AWS_ENDPOINT_URL_S3, env.AWS_ENDPOINT_URL);
  const region = settings.region ?? firstSet(env.AWS_REGION, env.AWS_DEFAULT_REGION);
  const keys = givenKeys(settings);
  if (endpoint === undefined || region === undefined || keys === undefined || !URL.canParse(endpoint)) return undefined;
  const { protocol, origin, host, pathname, search, username } = new URL(endpoint);
  const isPlain = (protocol === 'http:' || protocol === 'https:') && search === '' && username === '';
  if (!isPlain) return undefined;
  return { address: { origin, host, basePath: `${withoutEnding(pathname, '/')}/${bucket}` }, region, keys };
}

function givenKeys(settings: S3Settings): AwsKeys | undefined {
  const { env, accessKeyId, secretAccessKey, sessionToken } = settings;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey, sessionToken };
  const [id, secret] = [firstSet(env.AWS_ACCESS_KEY_ID), firstSet(env.AWS_SECRET_ACCESS_KEY)];
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: firstSet(env.AWS_SESSION_TOKEN) };
}

function firstSet(...values: readonly (string | undefined)[]): string | undefined {
  return values.find(isSet);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
