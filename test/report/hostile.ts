import fc from "fast-check";

/** Text as a cluster may hold it: markup, escapes, ends of sections, what no document may hold, and anything else. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "<img src=x onerror=alert(1)>",
    "]]><testcase name='forged'/><![CDATA[",
    "]]>]]><evil/>",
    "]\uFFFE]><evil/>",
    "\uDC00<evil/>",
    "[click](https://example.com)",
    "{0}",
    "SARIF_BUILDER_INVALID",
    "\u0000\u0008\u001b[2J\u202e",
    "&amp;&lt;",
    "\ud83d",
    "..//../etc/passwd",
    "__proto__",
    "",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
