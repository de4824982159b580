import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

/** The parts of Microsoft's SDK that are used; a bundle of its own (`core/adapters/cloud/load-sdk.ts`). */
export const azureBlobSdk = {
  AnonymousCredential,
  BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
};
