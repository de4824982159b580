import { runAction } from '../run-action.ts';

await runAction({ name: 'data-push', load: () => import('./main.ts') });
