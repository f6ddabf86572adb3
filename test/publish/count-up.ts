/** A process of its own that adds 1 to a counter in a folder, some times over. */
import { ConditionFailedError } from "../../core/publish/errors.ts";
import { folderStore } from "../../core/publish/folder-store.ts";

const [, , folder = "", times = "0"] = process.argv;
const store = folderStore(folder);
for (let left = Number(times); left > 0; ) {
  const { body = "", etag = "" } = (await store.get("count")) ?? {};
  try {
    await store.put("count", String(Number(body) + 1), { etag });
    left--;
  } catch (error) {
    if (!(error instanceof ConditionFailedError)) throw error;
  }
}
