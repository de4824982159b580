import { runAction } from '../run-action.ts';

await runAction({ name: 'evaluate-and-gate', mayRunCommand: true, load: () => import('./main.ts') });
