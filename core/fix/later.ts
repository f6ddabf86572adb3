/** A time so many seconds later; one that is none stays as it is, and proves nothing. */
export function later(time: string, seconds: number): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? time : new Date(at + 1000 * seconds).toISOString();
}
