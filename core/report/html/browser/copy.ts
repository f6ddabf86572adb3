import { byId, element } from "./element.ts";

/** A button that copies a text and says so. */
export function copyButton(what: string, text: () => string): HTMLButtonElement {
  const button = element("button", { type: "button", class: "copy" }, `Copy ${what}`);
  button.addEventListener("click", async () => {
    const isCopied = (await byClipboard(text())) || bySelection(text());
    say(isCopied ? `Copied ${what}.` : `The browser does not let this page copy ${what}: select it by hand.`);
    button.classList.toggle("done", isCopied);
    setTimeout(() => button.classList.remove("done"), 2000);
  });
  return button;
}

/** Tells a screen reader. */
export const say = (text: string): void => {
  byId("said").textContent = text;
};

/** Not there in every browser for a page that is a file. */
async function byClipboard(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard === undefined) return false;
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the browser refused: the other way is tried, and what comes of it is told
  }
}

/** The older way, which needs a selection and leaves the focus where it was. */
function bySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = element("textarea", { class: "hidden", "aria-hidden": "true", tabindex: "-1" });
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
