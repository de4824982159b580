import { runAction } from '../run-action.ts';

await runAction({ name: 'train', load: () => import('./main.ts') });
