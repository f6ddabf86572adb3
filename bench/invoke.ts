/** Invokes the handler of a bundle once, in this process, and prints the largest memory that it had: `invoke.ts BUNDLE EVENT`. */
const [, , bundle = "", event = ""] = process.argv;
const start = performance.now();
const { handler } = await import(bundle);
const context = { functionName: "bench", awsRequestId: "1", getRemainingTimeInMillis: () => 900_000 };
const answer = await handler(JSON.parse(event), context);
const measured = { megabytes: process.resourceUsage().maxRSS / 1024, seconds: (performance.now() - start) / 1000 };
process.stdout.write(`\n${JSON.stringify({ answer, ...measured })}\n`);
