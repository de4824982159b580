import { runAction } from '../run-action.ts';

await runAction({ name: 'deploy-manifest', load: () => import('./main.ts') });
