import { runAction } from '../run-action.ts';

await runAction({ name: 'build-image', load: () => import('./main.ts') });
