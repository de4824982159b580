import { runAction } from '../run-action.ts';

await runAction({ name: 'train', runsTeamCode: true, load: () => import('./main.ts') });
