/** The smallest config. Each line has one part, so that a case is one replacement. */
export const MINIMAL = `version: 1
models:
  m:
    task: binary-classification
    artifact: model.onnx
    data: { label: late }
    evaluate: { dataset: t.csv }
    gate:
      rules:
        - { metric: roc_auc, min: 0.5 }
`;
/** With two environments. */
export const ENVIRONMENTS = `${MINIMAL}    environments:
      - { name: staging, targets: [{ file: k8s/s.yaml, image: a }] }
      - { name: production, targets: [{ file: k8s/p.yaml, image: a }] }
`;

/** A config that is wrong, and what is told of it. */
export interface Mistake {
  readonly name: string;
  readonly text: string;
  /** What is shown begins so, in order; nothing else is shown. */
  readonly shown: readonly string[];
}

/** The text with one part replaced. */
export const replaced = (from: string, to: string, text = MINIMAL) => {
  if (!text.includes(from)) throw new Error(`the text has no ${from}`);
  return text.replace(from, to);
};
const SCORE_MISTAKES: readonly Mistake[] = [
  {
    name: 'metrics of probabilities where scores are none',
    text: replaced('{ dataset: t.csv }', '{ dataset: t.csv, scores: decision, metrics: [brier_score] }').replace(
      'roc_auc, min: 0.5',
      'log_loss, max: 1',
    ),
    shown: [
      '7:61 models.m.evaluate.metrics.0 names "brier_score", which needs probabilities, and evaluate.scores is decision.',
      '10:13 models.m.gate.rules.0.metric names "log_loss", which needs probabilities, and evaluate.scores is decision.',
    ],
  },
  {
    name: 'the meaning of scores of a regression',
    text: replaced('t.csv }', 't.csv, scores: decision }')
      .replace('binary-classification', 'regression')
      .replace('roc_auc, min', 'mae, max'),
    shown: ['7:33 models.m.evaluate.scores is of classifiers, and the task is regression. Remove it.'],
  },
  {
    name: 'fairness of scores that are no probabilities',
    text: replaced('t.csv }', 't.csv, scores: decision, fairness: { column: sex } }'),
    shown: ['7:51 models.m.evaluate.fairness needs probabilities for the calibration of groups'],
  },
];
const KEY_MISTAKES: readonly Mistake[] = [
  {
    name: 'an unknown key, with the nearest known one',
    text: replaced('min: 0.5', 'min: 0.5, slice: all'),
    shown: ['10:40 models.m.gate.rules.0.slice is an unknown key. Did you mean "slices"?'],
  },
  {
    name: 'an unknown key that is like none',
    text: replaced('    artifact', '    zzzzzzzzzzzz: 1\n    artifact'),
    shown: ['5:5 models.m.zzzzzzzzzzzz is an unknown key. Remove it. Known keys here: task, artifact,'],
  },
  {
    name: 'a missing key, at what should hold it',
    text: replaced('    data: { label: late }\n', ''),
    shown: ['3:3 models.m.data is missing. Add data.'],
  },
  {
    name: 'a key twice',
    text: replaced('    data', '    task: regression\n    data'),
    shown: ['6:5 has the same key twice.'],
  },
  {
    name: 'the key __proto__ anywhere',
    text: `${replaced('    data', '    __proto__: { polluted: 1 }\n    data')}  __proto__:\n    task: regression\n`,
    shown: ['6:5 __proto__ is an unknown key. Remove it.', '12:3 __proto__ is an unknown key. Remove it.'],
  },
  {
    name: 'keys of every object',
    text: replaced('    data', '    constructor: 1\n    toString: 2\n    data'),
    shown: ['6:5 models.m.constructor is an unknown key.', '7:5 models.m.toString is an unknown key.'],
  },
  {
    name: 'a merge key, which YAML 1.2 does not know',
    text: replaced('    data', '    <<: { x: 1 }\n    data'),
    shown: ['6:5 models.m.<< is an unknown key.'],
  },
  {
    name: 'a list as a key',
    text: replaced('    data', '    ? [a, b]\n    : 1\n    data'),
    shown: ['6:7 has a key that is a list or a mapping.'],
  },
];

const TEXT_MISTAKES: readonly Mistake[] = [
  { name: 'an empty file', text: '', shown: ['1:1 the file is empty.'] },
  { name: 'comments only', text: '# nothing\n', shown: ['1:1 the file is empty.'] },
  { name: 'a list', text: '- a\n', shown: ['1:1 the file is not a mapping.'] },
  {
    name: 'a tab as indentation',
    text: 'version: 1\nmodels:\n\tm: 1\n',
    shown: ['3:1 has a tab as indentation. Indent with spaces'],
  },
  { name: 'two documents', text: `${MINIMAL}---\n${MINIMAL}`, shown: ['11:1 has a second YAML document.'] },
  {
    name: 'an alias without its anchor',
    text: replaced('late', '*late'),
    shown: ['6:20 has the alias *late without its anchor.'],
  },
  {
    name: "a program's tag",
    text: replaced('late', '!!js/function late'),
    shown: ['6:20 is not valid YAML: Unresolved tag'],
  },
  { name: 'an open bracket', text: replaced('late }', 'late'), shown: ['7:5 is not valid YAML:'] },
];

const VALUE_MISTAKES: readonly Mistake[] = [
  { name: 'another version', text: replaced('version: 1', 'version: 2'), shown: ['1:1 version 2 is not 1. Write 1.'] },
  {
    name: 'a number where a name belongs',
    text: replaced('late', '5'),
    shown: ['6:13 models.m.data.label 5 is not a text. Quote it: "5".'],
  },
  {
    name: 'a key without a value',
    text: replaced('label: late', 'label:'),
    shown: ['6:13 models.m.data.label (empty) is not a text. Write a value, or remove the key.'],
  },
  {
    name: 'a word that is none of a few',
    text: replaced('binary-classification', 'classification'),
    shown: ['4:5 models.m.task "classification" is not one of "binary-classification", "multiclass'],
  },
  {
    name: 'a text where a list belongs',
    text: replaced('label: late', 'label: late, features: a'),
    shown: ['6:26 models.m.data.features "a" is not a list.'],
  },
  {
    name: 'NaN and infinity',
    text: replaced('min: 0.5 }', 'min: .nan }\n        - { metric: roc_auc, max: .inf }'),
    shown: ['10:30 models.m.gate.rules.0.min NaN is neither', '11:30 models.m.gate.rules.1.max Infinity is neither'],
  },
  {
    name: 'a model name that is none to GTO',
    text: replaced('  m:', '  -m:'),
    shown: ['3:3 models.-m "-m" is not a GTO artifact name'],
  },
  { name: 'no model', text: 'version: 1\nmodels: {}\n', shown: ['2:1 models names no model.'] },
  {
    name: 'bins that do not ascend',
    text: replaced('t.csv', 't.csv, slices: [{ column: h, bins: [0, 12, 6] }]'),
    shown: ['7:55 models.m.evaluate.slices.0.bins has bins that are not in ascending order.'],
  },
  {
    name: 'two bounds, and none',
    text: replaced('min: 0.5 }', 'min: 0.5, max: 1 }\n        - { metric: roc_auc }'),
    shown: ['10:11 models.m.gate.rules.0 needs exactly one of', '11:11 models.m.gate.rules.1 needs exactly one of'],
  },
  {
    name: 'the origin of a margin, without a margin',
    text: replaced('min: 0.5 }', 'min: 0.5, margin-from: data }'),
    shown: ['10:11 models.m.gate.rules.0 has margin-from, which says where a margin is from, and has no margin'],
  },
  {
    name: 'stages and a command',
    text: replaced('    data', '    train: { stages: [a], command: b }\n    data'),
    shown: ['6:5 models.m.train needs either stages or command'],
  },
];

const quantity = (key: string, value: string) =>
  replaced('    gate', `    drift: { current: c.csv, ${key}: ${value} }\n    gate`);
const bounded = (bound: string) => replaced('min: 0.5', bound);
const QUANTITY_MISTAKES: readonly Mistake[] = [
  ...['7 days', '1.5d', '-7d', '7D', '7', 'd', '""', '1e3d', '٧d'].map((value) => ({
    name: `the duration ${value}`,
    text: quantity('window', value),
    shown: ['8:30 models.m.drift.window'],
  })),
  ...['50 MB', '50mb', '50M', '-1MB', '1,5MB', '0x10MB', 'MB'].map((value) => ({
    name: `the size ${value}`,
    text: bounded(`max: "${value}"`).replace('roc_auc', 'artifact_size_bytes'),
    shown: ['10:42 models.m.gate.rules.0.max'],
  })),
  ...['1 percent', '-1%', '%', '1%%', '.5%', '-0.1'].map((value) => ({
    name: `the margin ${value}`,
    text: bounded(`max-regression: ${value.startsWith('%') ? `"${value}"` : value}`),
    shown: ['10:30 models.m.gate.rules.0.max-regression'],
  })),
];

const REFERENCE_MISTAKES: readonly Mistake[] = [
  {
    name: 'an unknown upstream environment',
    text: replaced('name: production,', 'name: production, after: [stagin],', ENVIRONMENTS),
    shown: [
      '13:37 models.m.environments.1.after names "stagin", which is not an environment above it. Did you mean "staging"?',
    ],
  },
  {
    name: 'a circle of environments',
    text: replaced('name: staging,', 'name: staging, after: [production],', ENVIRONMENTS),
    shown: ['12:34 models.m.environments.0.after names "production", which is not an environment above it.'],
  },
  {
    name: 'an environment after itself',
    text: replaced('name: staging,', 'name: staging, after: [staging],', ENVIRONMENTS),
    shown: ['12:34 models.m.environments.0.after names "staging", which is not an environment above it.'],
  },
  {
    name: 'an environment twice',
    text: replaced('name: production', 'name: staging', ENVIRONMENTS),
    shown: ['13:11 models.m.environments.1.name "staging" is used twice.'],
  },
  {
    name: 'a place that two targets write',
    text: replaced('k8s/p.yaml', './k8s//s.yaml', ENVIRONMENTS),
    shown: ['13:39 models.m.environments.1.targets.0 is also written by models.m.environments.0.targets.0.'],
  },
  {
    name: 'a target that says only the file',
    text: replaced('k8s/p.yaml, image: a', 'k8s/p.yaml', ENVIRONMENTS),
    shown: ['13:39 models.m.environments.1.targets.0 has only a file'],
  },
  ...[
    '/etc/passwd',
    '../other/x.yaml',
    'a/../../x.yaml',
    '.git/config',
    'C:/x.yaml',
    'a\\b.yaml',
    'sub/.GitHub/x.yml',
    './',
  ].map((file) => ({
    name: `the target file ${file}`,
    text: replaced('k8s/p.yaml', `'${file}'`, ENVIRONMENTS),
    shown: [
      `13:41 models.m.environments.1.targets.0.file ${JSON.stringify(file)} is not a path inside the repository.`,
    ],
  })),
  {
    name: 'health from Argo CD without saying whose',
    text: replaced('name: production,', 'name: production, health: { from: argocd },', ENVIRONMENTS),
    shown: [
      '13:29 models.m.environments.1.health has from: argocd without context:',
      '13:29 models.m.environments.1.health has from: argocd without creator:',
    ],
  },
  {
    name: 'a store of two models',
    text: `${replaced('    gate', '    register: { store: s3://b/m }\n    gate')}${MINIMAL.split('models:\n')[1]?.replace('  m:', '  n:').replace('    gate', '    register: { store: s3://b/m/ }\n    gate')}`,
    shown: ['17:17 models.n.register.store is the store of m too.'],
  },
  {
    name: 'a retrain workflow of two models',
    text: `${replaced('    gate', '    drift: { current: a.csv, retrain: { update: x } }\n    gate')}${MINIMAL.split('models:\n')[1]?.replace('  m:', '  n:').replace('    gate', '    drift: { current: b.csv, retrain: { workflow: model-retrain.yml, update: x } }\n    gate')}`,
    shown: ['17:30 models.n.drift.retrain starts model-retrain.yml, which retrains m too.'],
  },
  {
    name: 'limits from a history of windows without a length',
    text: replaced('    gate', '    drift: { current: c.csv, window: month, limits: history }\n    gate').replace(
      'label: ',
      'time: t, label: ',
    ),
    shown: ['8:30 models.m.drift.limits is history, but drift.window is not a duration'],
  },
  {
    name: 'limits from a history without times',
    text: replaced('    gate', '    drift: { current: c.csv, limits: history }\n    gate'),
    shown: [
      '8:30 models.m.drift.limits is history, but data.time',
      '8:30 models.m.drift.limits is history, but drift.window',
    ],
  },
  {
    name: 'an unknown metric of a rule',
    text: replaced('roc_auc', 'roc_auk'),
    shown: [
      '10:13 models.m.gate.rules.0.metric names "roc_auk", which is not a metric of binary-classification. Did you mean "roc_auc"?',
    ],
  },
  {
    name: 'a metric of another task',
    text: replaced('t.csv', 't.csv, metrics: [roc_auc, rmse]'),
    shown: ['7:52 models.m.evaluate.metrics.1 names "rmse", which is not a metric of binary-classification.'],
  },
  {
    name: 'a floor that nothing reaches',
    text: replaced('min: 0.5', 'min: 1.2'),
    shown: ['10:30 models.m.gate.rules.0.min: metric "roc_auc" has min 1.2, but roc_auc is in [0, 1].'],
  },
];

const SEVERAL_CLASSES = replaced('binary-classification', 'multiclass-classification');

const CLASS_MISTAKES: readonly Mistake[] = [
  {
    name: 'a metric of another task in a gate of several classes',
    text: replaced('roc_auc, min', 'roc_auc_ovrr, min', SEVERAL_CLASSES),
    shown: [
      '10:13 models.m.gate.rules.0.metric names "roc_auc_ovrr", which is not a metric of multiclass-classification. Did you mean "roc_auc_ovr"?',
    ],
  },
  {
    name: 'a metric to report that several classes do not have',
    text: replaced('t.csv', 't.csv, metrics: [accuracy, rmse]', SEVERAL_CLASSES),
    shown: ['7:53 models.m.evaluate.metrics.1 names "rmse", which is not a metric of multiclass-classification.'],
  },
  {
    name: 'a floor that a metric of each class never reaches',
    text: replaced('roc_auc, min: 0.5', 'f1, min: 1.5', SEVERAL_CLASSES),
    shown: ['10:25 models.m.gate.rules.0.min: metric "f1" has min 1.5, but f1 is in [0, 1]'],
  },
];

/** Every kind of mistake. */
export const MISTAKES: readonly Mistake[] = [
  ...KEY_MISTAKES,
  ...SCORE_MISTAKES,
  ...TEXT_MISTAKES,
  ...VALUE_MISTAKES,
  ...QUANTITY_MISTAKES,
  ...REFERENCE_MISTAKES,
  ...CLASS_MISTAKES,
];
