import { runAction } from '../run-action.ts';

await runAction({ name: 'plan', load: () => import('./main.ts') });
