import { ServiceError, UserError } from '../../errors.ts';
import type { HttpRequest } from '../http/http-exchange.ts';
import type { FailureMeaning, ObjectCall, ObjectEndpoint, ObjectFailure } from '../http/object-http.ts';
import type { S3Settings } from './s3-client.ts';
import { type ConnectOptions, connectS3, type S3Connection } from './s3-connection.ts';
import { translateS3Error } from './s3-error.ts';
import type { S3Location } from './s3-location.ts';
import { encodeKey } from './sigv4.ts';

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken']);
const REDIRECTED = new Set([301, 307, 400]);

/** Signs requests for one bucket, and fixes what changes under way: credentials, region, clock. */
export class S3Endpoint implements ObjectEndpoint {
  readonly uri: string;
  readonly #location: S3Location;
  readonly #settings: S3Settings;
  readonly #now: () => number;
  #connection: Promise<S3Connection> | undefined;
  #ready: S3Connection | undefined;
  #region: string | undefined;
  /** Offset of the server's clock from the local clock. */
  #skewMs = 0;
  /** When connection or clock became what they are. */
  #changedAtMs = 0;

  constructor(location: S3Location, settings: S3Settings, now: () => number = Date.now) {
    this.#location = location;
    this.#settings = settings;
    this.#now = now;
    const { bucket, prefix } = location;
    this.uri = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  }

  request(call: ObjectCall): HttpRequest | Promise<HttpRequest> {
    const ready = this.#ready;
    // Nothing to wait for but the first time and when credentials run out.
    if (ready !== undefined && this.#now() < ready.refreshAtMs) return this.#sign(call, ready);
    return this.connect(ready !== undefined).then((connection) => this.#sign(call, connection));
  }

  judge(failure: ObjectFailure): FailureMeaning | Promise<FailureMeaning> {
    const { status, headers, key } = failure;
    const code = /<Code>([^<]+)<\/Code>/.exec(failure.text)?.[1];
    if (status === 404 && code !== 'NoSuchBucket') return 'absent';
    const region = headers.get('x-amz-bucket-region') ?? /<Region>([^<]+)<\/Region>/.exec(failure.text)?.[1];
    if (REDIRECTED.has(status) && region !== undefined && (region !== this.#region || this.#isMended(failure))) {
      const isRefresh = region !== this.#region;
      this.#region = region;
      return this.connect(isRefresh).then(() => 'mended');
    }
    if (code !== undefined && EXPIRED.has(code)) return this.connect(!this.#isMended(failure)).then(() => 'mended');
    if (code === 'RequestTimeTooSkewed') return this.#setClock(failure);
    // The answer to HEAD has no body, so that a 403 without a code is all that it can say.
    if (status === 403 && (code === undefined || code === 'AccessDenied')) return forbidden(`${this.uri}/${key}`);
    const error = Object.assign(new Error(code ?? ''), {
      name: code ?? 'Unknown',
      $metadata: { httpStatusCode: status },
    });
    return translateS3Error(`${this.uri}/${key}`, error);
  }

  /**
   * The connection, made at the first call.
   *
   * @param isRefresh Make it again; calls that come meanwhile share it.
   */
  async connect(isRefresh = false): Promise<S3Connection> {
    const old = this.#ready;
    if (old !== undefined && isRefresh) {
      this.#ready = undefined;
      this.#connection = undefined;
    }
    this.#connection ??= this.#make({
      settings: this.#settings,
      location: this.#location,
      region: this.#region,
    });
    const connection = await this.#connection;
    if (this.#ready !== connection) this.#changedAtMs = performance.now();
    this.#ready = connection;
    return connection;
  }

  /** True if what is wrong was fixed since the request was made, or is just being fixed: many are on their way at once. */
  #isMended({ sentAtMs }: ObjectFailure): boolean {
    return this.#ready === undefined || sentAtMs < this.#changedAtMs;
  }

  async #make(options: ConnectOptions): Promise<S3Connection> {
    try {
      return await connectS3(options);
    } catch (error) {
      this.#connection = undefined;
      throw translateS3Error(this.uri, error);
    }
  }

  #sign({ method, key, query = '', headers = {}, body }: ObjectCall, connection: S3Connection): HttpRequest {
    const { prefix } = this.#location;
    const whole = [prefix, key].filter((part) => part !== '').join('/');
    const path = query === '' ? `${connection.basePath}/${encodeKey(whole)}` : `${connection.basePath}/`;
    const { origin, host, signer } = connection;
    const signed =
      signer === undefined
        ? { ...headers, host }
        : signer.sign({ method, host, path, query, headers, body }, new Date(this.#now() + this.#skewMs));
    const full = query === '' ? path : `${path}?${query}`;
    return { origin, method, path: full, headers: signed, ...(body === undefined ? {} : { body }) };
  }

  #setClock(failure: ObjectFailure): FailureMeaning {
    const { headers, key } = failure;
    if (this.#isMended(failure)) return 'mended';
    const theirs = Date.parse(headers.get('date') ?? '');
    const skewMs = theirs - this.#now();
    if (Number.isNaN(theirs) || Math.abs(skewMs - this.#skewMs) < 60_000) {
      return new ServiceError('STORE_REFUSED', `${this.uri}/${key}: the clock of this machine is wrong`, {
        retryable: false,
        fix: 'Set the clock of the runner.',
      });
    }
    this.#skewMs = skewMs;
    this.#changedAtMs = performance.now();
    return 'mended';
  }
}

function forbidden(uri: string): UserError {
  return new UserError('OBJECT_FORBIDDEN', `${uri} is missing, or these credentials may not read it (HTTP 403)`, {
    fix: 'Give the role s3:GetObject on it. With s3:ListBucket on the bucket as well, S3 reports which of the two it is.',
  });
}
