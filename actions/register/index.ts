import { runAction } from '../run-action.ts';

await runAction({ name: 'register', load: () => import('./main.ts') });
