import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

/** The parts of Microsoft's SDK that are used; a bundle of its own (`core/adapters/cloud/sdk-loader.ts`). */
export const azureBlobSdk = {
  AnonymousCredential,
  BlobServiceClient,
  ContainerSASPermissions,
  SASProtocol,
  StorageSharedKeyCredential,
};
