import { ClientSecretCredential, DefaultAzureCredential } from '@azure/identity';

/** The logins to Microsoft Entra that are used; a bundle of its own, loaded where no key is given. */
export const azureIdentitySdk = { ClientSecretCredential, DefaultAzureCredential };
