/** How long a browser takes with a report's page. */
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export interface Opened {
  /** From the navigation until the list of findings is there and a frame was drawn. */
  readonly openMs: number;
  /** From a keystroke in the search until the list that it leaves was drawn: the longest of several. */
  readonly keyMs: number;
}

/** Opens the file in a browser of its own, without a network, and types in its search. */
export async function openReport(file: string): Promise<Opened> {
  const browser = await chromium.launch({ executablePath: browserPath });
  try {
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    const openMs = await page.evaluate<number>(
      "new Promise((drawn) => requestAnimationFrame(() => setTimeout(() => drawn(performance.now()))))",
    );
    const times: number[] = [];
    for (const text of ["n", "na", "namespace-17", "namespace-17 443", "namespace", ""])
      times.push(await page.evaluate<number>(typing(text)));
    return { openMs, keyMs: Math.max(...times) };
  } finally {
    await browser.close();
  }
}

/** What the page runs: types the text as a user would, and answers when the list was drawn. */
const typing = (text: string): string => `new Promise((drawn) => {
  const search = document.getElementById("search");
  const start = performance.now();
  search.value = ${JSON.stringify(text)};
  search.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => drawn(performance.now() - start)));
})`;
