import { runAction } from '../run-action.ts';

await runAction({ name: 'data-pull', load: () => import('./main.ts') });
