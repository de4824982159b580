/**
 * A tidegate.yaml with one model, `flights`, for tests of the bot.
 *
 * @param more Further parts of the model, each as lines of YAML without indentation.
 */
export function flightsConfig(...more: readonly string[]): string {
  const parts = [
    'task: binary-classification',
    'artifact: model.onnx',
    'data: { label: late }',
    'evaluate: { dataset: test.parquet }',
    'gate: { rules: [{ metric: roc_auc, min: 0.6 }] }',
    'register: { store: s3://models/flights }',
    ...more,
  ];
  return `version: 1\nmodels:\n  flights:\n${parts.map((part) => `    ${part}\n`).join('')}`;
}
