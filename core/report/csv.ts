import type { Finding } from "../model/finding.ts";
import { plainText } from "./plain-text.ts";
import type { Report } from "./report.ts";

const columns: Readonly<Record<string, (finding: Finding) => string | undefined>> = {
  id: ({ id }) => id,
  check: ({ check }) => check,
  status: ({ status }) => status,
  severity: ({ severity }) => severity,
  cluster: ({ cluster }) => cluster,
  kind: ({ resource }) => resource.kind,
  namespace: ({ resource }) => resource.namespace,
  name: ({ resource }) => resource.name,
  resource: ({ resource }) => resource.id,
  message: ({ message }) => message,
  reason: ({ reason }) => reason && `${reason.code}: ${reason.message}`,
  remediation: ({ remediation }) => remediation?.text,
  frameworks: ({ frameworks }) => frameworks.join(" "),
  waiverOwner: ({ waiver }) => waiver?.owner,
  waiverReason: ({ waiver }) => waiver?.reason,
  waiverExpires: ({ waiver }) => waiver?.expires,
};

/** One line a finding (RFC 4180), safe to open in a spreadsheet: no cell begins a formula. */
export const toCsv = (report: Pick<Report, "findings">): string => [...csvLines(report)].join("");

/** The same, line by line. */
export function* csvLines({ findings }: Pick<Report, "findings">): Generator<string> {
  const readers = Object.values(columns);
  yield line(Object.keys(columns));
  for (const finding of findings) yield line(readers.map((read) => read(finding) ?? ""));
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(",")}\r\n`;

/** Spreadsheets run what begins so, full-width forms included; an apostrophe makes it text (OWASP, "CSV Injection"). */
const formula = /^\s*[=+\-@|%＝＋－＠]/;

function cell(text: string): string {
  const plain = plainText(text);
  return `"${(formula.test(plain) ? `'${plain}` : plain).replaceAll('"', '""')}"`;
}
