import { describe, expect, it } from 'vitest';
import { patchLoggedModel, patchSplit } from '../../../cli/init/code-patches.ts';
import { readCodeFacts } from '../../../cli/init/python/code-facts.ts';
import { readPythonFile } from '../../../cli/init/python/python-file.ts';
import { PythonValues } from '../../../cli/init/python/python-values.ts';

function factsOf(text: string) {
  const file = readPythonFile('train.py', text);
  return readCodeFacts([file], new PythonValues([file], []), []);
}

function split(text: string, label = 'y'): string | undefined {
  const [found] = factsOf(text).splits;
  return found === undefined ? undefined : patchSplit(found, { to: 'test.csv', label })?.after;
}

describe('patchSplit', () => {
  it('writes the test part of a table', () => {
    const text = 'import pandas as pd\ntrain, test = train_test_split(df, random_state=1)\nfit(train)\n';
    expect(split(text)).toBe(
      'import pandas as pd\ntrain, test = train_test_split(df, random_state=1)\ntest.to_csv("test.csv", index=False)\nfit(train)\n',
    );
  });

  it('joins features and labels again, where the code is, and imports pandas where it is not', () => {
    const text =
      'import numpy as np\n\ndef main():\n    a, b, c, d = train_test_split(X, y, random_state=1)  # half\n    fit(a, c)\n';
    expect(split(text)).toBe(
      'import pandas as pd\nimport numpy as np\n\ndef main():\n    a, b, c, d = train_test_split(X, y, random_state=1)  # half\n    pd.DataFrame(b).assign(y=list(d)).to_csv("test.csv", index=False)\n    fit(a, c)\n',
    );
  });

  it('gives a seed to a split over several lines, with a comma at its end or none', () => {
    const text = (end: string) => `import pandas as p\na, b, c, d = train_test_split(\n    X,\n    y${end}\n)\n`;
    expect(split(text(','), 'the label')).toBe(
      'import pandas as p\na, b, c, d = train_test_split(\n    X,\n    y, random_state=42\n)\np.DataFrame(b).assign(**{"the label": list(d)}).to_csv("test.csv", index=False)\n'.replace(
        'y, random',
        'y, random',
      ),
    );
    expect(split(text(''))).toContain('    y, random_state=42\n)\n');
  });

  it.each([
    ['parts without names', 'parts = train_test_split(X, y)\n'],
    ['a part that is thrown away', 'train, _ = train_test_split(df)\n'],
    ['parts that are returned', 'def f():\n    return train_test_split(X, y)\n'],
    ['three parts', 'a, b, c = train_test_split(X, y)\n'],
  ])('changes nothing for %s', (_name, text) => {
    expect(split(text)).toBeUndefined();
  });

  it('leaves a split that does not shuffle without a seed', () => {
    expect(split('train, test = train_test_split(df, shuffle=False)\n')).not.toContain('random_state');
  });
});

describe('patchLoggedModel', () => {
  it('writes the logged model to a folder, with its signature', () => {
    const text =
      'import mlflow\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(\n        clf, name="m", signature=signature\n    )\n    done()\n';
    const [logged] = factsOf(text).logged;
    expect(logged && patchLoggedModel(logged, 'model')?.after).toBe(
      'import shutil\n\nimport mlflow\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(\n        clf, name="m", signature=signature\n    )\n    shutil.rmtree("model", ignore_errors=True)\n    mlflow.sklearn.save_model(clf, "model", signature=signature)\n    done()\n',
    );
  });
});
