import type { ObjectContent } from '../../ports/store/object-store.ts';

/** All of a content as UTF-8 text. */
export async function readText(content: Pick<ObjectContent, 'open'>): Promise<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let text = '';
  for await (const chunk of content.open()) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
