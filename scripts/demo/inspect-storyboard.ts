import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A phone and a laptop; CSS pixels. */
const WIDTHS_PX = [390, 1280] as const;

/** Findings of a browser in a storyboard. */
export interface StoryboardInspection {
  /** Charts that the page has, and those of them that are drawn. */
  readonly charts: number;
  readonly drawn: number;
  /** Per width: elements that stick out of the page and cannot be scrolled to by themselves. */
  readonly overflowing: readonly { readonly widthPx: number; readonly elements: readonly string[] }[];
  /** Addresses that the page asked for outside its own folder. */
  readonly requests: readonly string[];
  /** Errors that the page threw or logged. */
  readonly errors: readonly string[];
}

/** Answer of look-at-page.js. */
interface PageFindings {
  readonly charts: number;
  readonly drawn: number;
  readonly overflowing: readonly string[];
}

/** Opens a storyboard in headless Chromium, once a width, with every fold open. */
export async function inspectStoryboard(page: string, chromiumPath: string): Promise<StoryboardInspection> {
  const script = await readFile(new URL('look-at-page.js', import.meta.url), 'utf8');
  return withBrowser(chromiumPath, async (browser) => {
    const requests = new Set<string>();
    const errors: string[] = [];
    const overflowing: { widthPx: number; elements: readonly string[] }[] = [];
    let charts = { charts: 0, drawn: 0 };
    for (const widthPx of WIDTHS_PX) {
      const opened = await browser.newPage({ viewport: { width: widthPx, height: 900 } });
      opened.on('request', (request) => {
        if (!request.url().startsWith('file:') && !request.url().startsWith('data:')) requests.add(request.url());
      });
      opened.on('pageerror', (error) => errors.push(error.message));
      opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await openDrawn(opened, page);
      const found = await opened.evaluate<PageFindings>(script);
      overflowing.push({ widthPx, elements: found.overflowing });
      charts = { charts: found.charts, drawn: found.drawn };
      await opened.close();
    }
    return { ...charts, overflowing, requests: [...requests], errors };
  });
}

/** True if nothing is wrong with a storyboard: all charts drawn, nothing sticks out, nothing left the machine. */
export function isSound({ charts, drawn, overflowing, requests, errors }: StoryboardInspection): boolean {
  return (
    charts === drawn &&
    requests.length === 0 &&
    errors.length === 0 &&
    overflowing.every(({ elements }) => elements.length === 0)
  );
}

/** Makes a picture of the first element that a selector finds. */
export async function pictureOf(
  page: string,
  { chromiumPath, selector, file }: { readonly chromiumPath: string; readonly selector: string; readonly file: string },
): Promise<void> {
  await withBrowser(chromiumPath, async (browser) => {
    const opened = await browser.newPage({ viewport: { width: 980, height: 900 }, deviceScaleFactor: 1.5 });
    await openDrawn(opened, page);
    await opened.locator(selector).first().screenshot({ path: file });
  });
}

async function openDrawn(opened: Page, page: string): Promise<void> {
  await opened.goto(pathToFileURL(page).href);
  await opened.waitForSelector('body[data-drawn=yes]', { timeout: 60_000 });
}

async function withBrowser<T>(chromiumPath: string, work: (browser: Browser) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'tidegate-chromium-'));
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    // In a container Chromium has no sandbox of its own as root; the page is ours and has no network.
    args: ['--no-sandbox', '--disable-background-networking', `--crash-dumps-dir=${profile}`],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}
