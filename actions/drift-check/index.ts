import { runAction } from '../run-action.ts';

await runAction({ name: 'drift-check', load: () => import('./main.ts') });
