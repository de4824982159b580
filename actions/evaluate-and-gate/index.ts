import { runAction } from '../run-action.ts';

await runAction({ name: 'evaluate-and-gate', load: () => import('./main.ts') });
