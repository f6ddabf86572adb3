/** The report's page in headless Chromium. */
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });

export interface OpenedReport {
  readonly page: Page;
  /** Everything that a report must not do: a message in the console, an error, a request for anything but the file itself. */
  readonly complaints: readonly string[];
}

/**
 * Opens the file in a context of its own, without a network.
 *
 * @param hash what follows the "#"
 */
export async function openReport(
  browser: Browser,
  file: string,
  { hash = "", ...options }: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<OpenedReport> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { href } = pathToFileURL(file);
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined); // the page may be closed by then
  });
  page.on("request", (request) => {
    if (request.url().replace(/#.*$/s, "") !== href) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(hash === "" ? href : `${href}#${hash}`);
  return { page, complaints };
}

/** Milliseconds from the navigation until now that a frame was drawn. */
export const drawnAfter = (page: Page): Promise<number> =>
  page.evaluate<number>("new Promise((drawn) => requestAnimationFrame(() => setTimeout(() => drawn(performance.now()))))");

/** Milliseconds from the text's being in the search until the list that it leaves was drawn. */
export const searchTakes = (page: Page, text: string): Promise<number> =>
  page.evaluate<number>(`new Promise((drawn) => {
    const search = document.getElementById("search");
    const start = performance.now();
    search.value = ${JSON.stringify(text)};
    search.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => drawn(performance.now() - start)));
  })`);

/** What is typed one after the other when keystrokes are timed. */
export const typed = ["n", "na", "namespace-17", "namespace-17 443", "namespace", ""] as const;
