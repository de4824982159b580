import { runAction } from '../run-action.ts';

await runAction({ name: 'drift-check', mayRunCommand: true, load: () => import('./main.ts') });
