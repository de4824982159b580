import { type Finding, finding, findingOf, type Item } from './finding.ts';
import { anyOf, unknown } from './looked.ts';
import type { SetupFacts, WantedApp } from './setup-facts.ts';

const INSTALLED = required('The App is installed');
const GRANTED = required('The App has the permissions that the bot needs');
const SUBSCRIBED = required('The App is subscribed to the events that the bot needs');

const ANSWERED: Item = { area: 'app', level: 'recommended', title: 'Webhooks reach the bot' };

/** Missing permissions and events of the App. */
export function checkApp({ app, repository }: SetupFacts, wanted: WantedApp): readonly Finding[] {
  const [owner = ''] = repository.split('/');
  if (app.kind === 'seen' && app.value === undefined) {
    const where =
      'npm run bot -- --webhook-url https://<your host>/api/github/webhooks creates the App; then install it.';
    return [finding(INSTALLED, { detail: 'the App does not exist', fix: { where } })];
  }
  const granted = app.kind === 'unknown' ? app : (app.value?.granted ?? unknown('the App'));
  const settings = `Settings of the App (${owner} → Developer settings → GitHub Apps) → Permissions & events`;
  return [
    checkInstalled(app, owner),
    ...checkDeliveries(app),
    findingOf(GRANTED, granted, ({ permissions }) => {
      const lacking = Object.entries(wanted.permissions).filter(
        ([name, level]) => !isGranted(permissions[name], level),
      );
      const named = lacking.map(([name, level]) => `${name}: ${level}`).join(', ');
      const fix = { where: `${settings}: grant them, then accept the change where the App is installed.` };
      return lacking.length === 0 ? undefined : { detail: `it does not have ${named}`, fix };
    }),
    findingOf(SUBSCRIBED, granted, ({ events }) => {
      const lacking = wanted.events.filter((name) => !events.includes(name));
      const fix = { where: `${settings}: subscribe to them.` };
      return lacking.length === 0 ? undefined : { detail: `it is not subscribed to ${lacking.join(', ')}`, fix };
    }),
  ];
}

function checkInstalled(app: SetupFacts['app'], owner: string): Finding {
  if (app.kind === 'unknown') return { ...INSTALLED, state: 'unknown', needs: app.needs };
  const fix = { where: `${owner} → Settings → GitHub Apps: install it for this repository.` };
  if (app.value?.isSuspended === true) return finding(INSTALLED, { detail: 'its installation is suspended', fix });
  const installed = anyOf(app.value === undefined ? [] : [app.value.isInstalled]);
  return findingOf(INSTALLED, installed, (isInstalled) =>
    isInstalled ? undefined : { detail: 'it is not installed here', fix },
  );
}

function checkDeliveries(app: SetupFacts['app']): readonly Finding[] {
  const deliveries = app.kind === 'seen' ? app.value?.deliveries : undefined;
  if (deliveries === undefined) return [];
  const where =
    'Settings of the App → Advanced → Recent deliveries: read the answer, and redeliver. The sweep also finds changes of lost events.';
  const found = findingOf(ANSWERED, deliveries, (latest) => {
    if (latest === undefined || (latest.statusCode >= 200 && latest.statusCode < 300)) return undefined;
    const { event, statusCode, failed, of } = latest;
    return {
      detail: `the last one (${event}) got HTTP ${statusCode}; ${failed} of the last ${of} failed`,
      fix: { where },
    };
  });
  const latest = deliveries.kind === 'seen' ? deliveries.value : undefined;
  if (found.state !== 'holds' || latest === undefined) return [found];
  return [{ ...found, detail: `${latest.of - latest.failed} of the last ${latest.of} were answered` }];
}

function isGranted(granted: string | undefined, wanted: string): boolean {
  return granted === wanted || granted === 'write' || granted === 'admin';
}

function required(title: string): Item {
  return { area: 'app', level: 'required', title };
}
