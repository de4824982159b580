import type { Reply } from './router.ts';

/** Cuts a list into the page that was asked for, with the Link header that leads to the others. */
export function paginate(reply: Reply, url: URL, address: string): { body: unknown; headers: Record<string, string> } {
  if (reply.items === undefined) return { body: reply.body, headers: {} };
  const { list, key } = reply.items;
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30)));
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(list.length / size));
  const slice = list.slice((page - 1) * size, page * size);
  const link = (number: number, relation: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('page', String(number));
    return `<${address}?${query}>; rel="${relation}"`;
  };
  const forward = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
  const back = page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : [];
  const links = [...back, ...forward];
  return {
    body: key === undefined ? slice : { total_count: list.length, [key]: slice },
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}
