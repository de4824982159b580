import { IdempotencyStrategy, Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';

/** The parts of Google's SDK that are used; a bundle of its own (`core/adapters/cloud/sdk-loader.ts`). */
export const gcsSdk = { IdempotencyStrategy, PassThroughClient, Storage };
