import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../core/domain/doctor/diagnose.ts';
import { seen, unknown } from '../../../core/domain/doctor/looked.ts';
import { doctorHeadline, renderDoctorComment, renderDoctorText } from '../../../core/render/doctor.ts';
import { SOUND } from '../domain/doctor/setup-facts-samples.ts';

const repository = 'acme/flights';
const bad = diagnose({
  ...SOUND,
  environments: seen([]),
  actions: { ...SOUND.actions, retentionDays: unknown('administration: read') },
});

describe('renderDoctorComment', () => {
  it('shows each item that does not hold before the fold, and each command in a block of code', () => {
    const comment = renderDoctorComment(bad, { asker: 'app', repository });
    const [before = ''] = comment.split('<details>');
    for (const one of bad) {
      if (one.state !== 'holds') expect(before).toContain(one.title.split(' ')[0]);
      if (one.state === 'missing' && one.fix.command !== undefined) expect(comment).toContain(one.fix.command);
    }
    expect(before).toContain('needs administration: read');
    expect(before).toContain('npm run doctor');
  });

  it('lets no name of the repository become Markdown, and fits into a comment', () => {
    const models = Array.from({ length: 400 }, (_, index) => ({
      ...{
        name: `m${index}`,
        store: `s3://${index}`,
        releaseWorkflow: `<img>@all|${index}.yml`,
        retrainWorkflow: undefined,
      },
      targets: [`k8s/${'x'.repeat(200)}${index}.yaml`],
    }));
    const hostile = renderDoctorComment(diagnose({ ...SOUND, config: { kind: 'parsed', models } }), {
      asker: 'person',
      repository,
    });
    expect(hostile).not.toContain('<img>');
    expect(hostile).not.toContain('@all');
    expect(hostile.length).toBeLessThan(60_000);
  });
});

describe('renderDoctorText', () => {
  it('has commands that can be copied line by line, and no control characters', () => {
    const text = renderDoctorText(diagnose({ ...SOUND, environments: seen([]), defaultBranch: 'ma\u001b[31min' }), {
      asker: 'person',
      repository,
    });
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(text.split('\n')).toContain('JSON');
  });
});

describe('doctorHeadline', () => {
  it('counts what is missing, advised, unknown and in place', () => {
    expect(doctorHeadline(bad)).toMatch(/^2 required missing; 0 recommended missing, 1 unknown, \d+ in place\.$/);
    expect(doctorHeadline(diagnose(SOUND))).toMatch(/^No required item is known to be missing; 0 .* 0 unknown/);
  });
});
