import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computationDigest } from '../../../../core/adapters/onnx/computation-digest.ts';
import { ensurePythonEnvironment } from '../../../../scripts/python-environment.ts';
import { hostEnvironment } from '../../../../testkit/host-environment.ts';
import { runProgram } from '../../../../testkit/run-program.ts';

// Exported by the real exporters, and changed by onnx itself: what says the same, and what does not.
const MAKE = `
import random, numpy, onnx
from onnx import helper, numpy_helper
from sklearn.linear_model import LogisticRegression
from skl2onnx import to_onnx
import lightgbm
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
rows = numpy.random.default_rng(1).normal(size=(80, 3)).astype(numpy.float32)
label = (rows[:, 0] > 0).astype(int)
model = LogisticRegression().fit(rows, label)
one = to_onnx(model, rows[:1], options={"zipmap": False})
onnx.save(one, "one.onnx")
def variant(name, change):
    copy = onnx.ModelProto(); copy.CopyFrom(one); change(copy); onnx.save(copy, name + ".onnx")
def reverse(field):
    items = list(field); del field[:]; field.extend(reversed(items))
def names(m):
    m.graph.name = "other"
    for i, node in enumerate(m.graph.node): node.name = f"n{i}"; node.doc_string = "of someone"
variant("same-names", names)
variant("same-opsets", lambda m: reverse(m.opset_import))
variant("same-attributes", lambda m: [reverse(n.attribute) for n in m.graph.node])
def producer(m): m.producer_name = "p"; m.producer_version = "9"; m.doc_string = "d"; m.model_version = 7; m.ir_version = 8
variant("same-producer", producer)
def weights(m):
    for n in m.graph.node:
        for a in n.attribute:
            if a.name == "coefficients": a.floats[0] += 1e-3
variant("other-weights", weights)
variant("other-opset", lambda m: setattr(m.opset_import[0], "version", m.opset_import[0].version - 1))
variant("other-input", lambda m: setattr(m.graph.input[0], "name", "Y"))
variant("other-shape", lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[1], "dim_value", 4))
variant("other-nodes", lambda m: m.graph.node.append(helper.make_node("Identity", ["X"], ["Z"])))
boosted = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(rows, label)
for name in ("boosted", "boosted-again"):
    onnx.save(convert_lightgbm(boosted, initial_types=[("X", FloatTensorType([None, 3]))]), name + ".onnx")
`;

let folder: string;
const at = (name: string) => path.join(folder, `${name}.onnx`);

beforeAll(async () => {
  const { python } = await ensurePythonEnvironment('corpus');
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidegate-computes-'));
  await writeFile(path.join(folder, 'make.py'), MAKE);
  const made = await runProgram(python, ['make.py'], { cwd: folder, env: { ...hostEnvironment(), HOME: folder } });
  expect(made.exitCode, made.stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('computationDigest', () => {
  it.each(['same-names', 'same-opsets', 'same-attributes', 'same-producer'])('is the same: %s', async (name) => {
    expect(await computationDigest(at(name))).toBe(await computationDigest(at('one')));
  });

  it.each(['other-weights', 'other-opset', 'other-input', 'other-shape', 'other-nodes', 'boosted'])(
    'is another one: %s',
    async (name) => {
      expect(await computationDigest(at(name))).not.toBe(await computationDigest(at('one')));
    },
  );

  it('is the same for two exports of one model of LightGBM, whose bytes differ', async () => {
    expect(await computationDigest(at('boosted'))).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await computationDigest(at('boosted-again'))).toBe(await computationDigest(at('boosted')));
  });

  it('of a folder counts all other files by their bytes', async () => {
    const make = async (name: string, model: string, extra: string) => {
      const made = path.join(folder, name);
      await mkdir(made);
      await cp(at(model), path.join(made, 'model.onnx'));
      await writeFile(path.join(made, 'vocabulary.txt'), extra);
      return computationDigest(made);
    };
    const digest = await make('a', 'one', 'x');
    expect(await make('b', 'same-names', 'x')).toBe(digest);
    expect(await make('c', 'one', 'y')).not.toBe(digest);
  });

  it.each([
    ['a pickle', '\u0080\u0004K\u0001.'],
    ['nothing', ''],
    ['text', 'hello, this is a text'],
  ])('is none for what is not an ONNX model: %s', async (name, text) => {
    const file = path.join(folder, `${name}.bin`);
    await writeFile(file, text, 'latin1');
    expect(await computationDigest(file)).toBeUndefined();
  });
});
