import { runAction } from '../run-action.ts';

await runAction({ name: 'check-data', mayRunCommand: false, load: () => import('./main.ts') });
