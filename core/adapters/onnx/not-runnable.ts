import { UserError } from '../../errors.ts';
import { knownContentOf } from '../files/known-content.ts';

/** The error for a model that does not open: what the file is where its first bytes tell, else what the runtime says of it. */
export async function notRunnable(
  { path, file }: { readonly path: string; readonly file: string },
  cause: unknown,
): Promise<UserError> {
  const known = await knownContentOf(file);
  if (known !== undefined) {
    return new UserError('MODEL_INVALID', `${path} is not an ONNX model: it is ${known.what}`, {
      fix: known.fix,
      cause,
    });
  }
  const [, version, highest] = /IR version: (\d+), max supported IR version: (\d+)/.exec(String(cause)) ?? [];
  if (version !== undefined && highest !== undefined) {
    return new UserError('MODEL_INVALID', `${path} has the IR version ${version}, but at most ${highest} runs here`, {
      fix: `Export it with an older onnx package, or set model.ir_version = ${highest} before onnx.save.`,
      cause,
    });
  }
  return new UserError('MODEL_INVALID', `${path} is not an ONNX model that runs here: ${engineMessage(cause)}`, {
    fix: /opset/i.test(String(cause))
      ? 'Export the model again with a lower opset (target_opset, opset_version), or with an older onnx package.'
      : 'Export the model to ONNX (skl2onnx, torch.onnx, onnxmltools, tf2onnx), with operators of the standard, and check that the file is complete.',
    cause,
  });
}

/** Message of ONNX Runtime, in one line. */
export function engineMessage(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.slice(0, 2000);
}
