import { plainYaml, readYamlDocuments } from '../domain/yaml/read-yaml-documents.ts';

/** Chosen: ten times the largest workflow that was seen. */
const MAX_WORKFLOW_BYTES = 256 * 2 ** 10;

/** The plain value of a workflow file; undefined where it is not a single YAML document within bounds. */
export function parseWorkflowText(text: string): unknown {
  const { documents } = readYamlDocuments(text, { maxBytes: MAX_WORKFLOW_BYTES });
  const [document] = documents;
  if (document === undefined || documents.length > 1 || document.errors.length > 0) return undefined;
  try {
    return plainYaml(document);
  } catch {
    // An alias without its anchor.
    return undefined;
  }
}
