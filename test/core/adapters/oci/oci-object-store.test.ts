import { OciObjectStore } from '../../../../core/adapters/oci/oci-object-store.ts';
import { objectStoreContract } from '../../../contracts/ports/object-store.ts';
import { ACCESS, withRegistry } from '../../../contracts/ports/registry-under-test.ts';

withRegistry((repository) => {
  objectStoreContract('OciObjectStore', async () => new OciObjectStore(`oci://${repository()}`, ACCESS));
});
