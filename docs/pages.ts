import * as z from "zod";
import { checks } from "../core/checks/index.ts";
import { Settings } from "../core/model/settings.ts";
import { clusterRole, memberPolicy } from "./access.ts";
import { checkIndex } from "./check-index.ts";
import { checkPage } from "./check-page.ts";
import { memberTemplate } from "./member-template.ts";
import { fixableChecks } from "./page-fixable.ts";
import { pageScript } from "./page-script.ts";

/** `docs/config.schema.json`: for editors, of the file as it is written. */
function configSchema(): string {
  const schema = z.toJSONSchema(Settings, {
    io: "input",
    // Our arrays are read-only for the code; a file is written by people.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
  return `${JSON.stringify({ title: "eks-perimeter.config.yaml", ...schema }, null, 2)}\n`;
}

/** Every page that is made from the code: its path in docs, and its text. */
export const pages: Readonly<Record<string, () => string>> = {
  "checks/README.md": checkIndex,
  ...Object.fromEntries(checks.map((check) => [`checks/${check.id}.md`, () => checkPage(check)])),
  "config.schema.json": configSchema,
  "access/cluster-role.yaml": clusterRole,
  "access/member-policy.json": memberPolicy,
  "access/member.template.yaml": memberTemplate,
  "../core/checks/fixable.ts": fixableChecks,
  "../core/report/html/script.ts": pageScript,
};
