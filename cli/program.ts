import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import * as z from "zod";
import { AccountId, ClusterName, RegionName } from "../core/model/request.ts";
import { severities } from "../core/model/severity.ts";
import { engines } from "../core/net/policy/translation.ts";
import { version } from "../core/version.ts";
import { parsePlace, parsePorts } from "./connectivity/narrowing.ts";
import { endOf } from "./end.ts";
import { type ExitCode, exit } from "./exit.ts";
import { shells } from "./shells.ts";

/** Runs the command line; answers the exit code. Errors are one line on stderr, with what to do about them. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exit.ok;
  const finish = (promise: Promise<ExitCode>): Promise<void> =>
    promise.then((answer) => {
      code = answer;
    });
  try {
    await program(finish).parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    const { text, code: ended } = endOf(error);
    process.stderr.write(`error: ${text}\n`);
    return ended;
  }
}

type Finish = (promise: Promise<ExitCode>) => Promise<void>;

/** Every command and option there is. `finish` gets what an action answers. */
export function program(finish: Finish): Command {
  const root = new Command("eks-perimeter")
    .description("Finds every place where an EKS cluster can be reached from where it should not be, and says what could not be seen.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll(/\s*\n\s*/g, " ")}\n`) });
  addScan(root, finish);
  addEvaluate(root, finish);
  addConnectivity(root, finish);
  addFix(root, finish);
  addChecks(root, finish);
  addDoctor(root, finish);
  addCompletion(root, finish);
  root
    .command("demo")
    .description("scan a small organization in an embedded sandbox: no AWS account is needed")
    .option("--out <dir>", "where the report is written", "out/demo")
    .addHelpText("after", demoHelp)
    .action((options) => finish(import("./commands/demo.ts").then(({ demo }) => demo(options))));
  for (const command of descendants(root)) {
    command.helpOption("-h, --help", "print this help").helpCommand(false).exitOverride().copyInheritedSettings(root);
  }
  return root;
}

function addScan(root: Command, finish: Finish): void {
  const command = addScope(
    root.command("scan").description("read and judge clusters").optionsGroup("Scope:"),
    "every active account of the organization, by the workflow that is deployed",
  ).optionsGroup("Selection:");
  addSelection(command)
    .optionsGroup("Output:")
    .option("--publish", "import findings into Security Hub")
    .option("--slack", "tell Slack what changed: SLACK_BOT_TOKEN or SLACK_WEBHOOK_URL, and the configuration's slack")
    .option("--save-evidence <path>", "save what was read: a file for one cluster, a folder for several")
    .option("--state <location>", "where runs and the state of findings are kept: a folder or s3://BUCKET/PREFIX")
    .option("--verbose", "print each read and its time");
  addOutput(command)
    .addHelpText("after", scanHelp)
    .action((options) => finish(import("./commands/scan.ts").then(({ scan }) => scan(options))));
}

/** What is no verdict, of every command that reads much or writes. */
const otherCodes = `
  70   a fault of this program: no verdict
  74   output could not be written: no verdict
  130  interrupted, or 143 by SIGTERM: no verdict`;

const verdictCodes = `
Exit codes:
  0    nothing fails at or above --fail-on, and everything was read and judged
  1    a finding at least as severe as --fail-on fails
  3    none does, but something in scope could not be read or judged
  2    wrong usage, wrong configuration or no credentials: nothing was judged`;

const scanHelp = `${verdictCodes};
       also a cluster asked for by name that is nowhere${otherCodes}`;

const evaluateHelp = verdictCodes + otherCodes;

const connectivityHelp = `
Exit codes:
  0    connections were told, however many
  2    an input could not be used at all, or wrong usage;
       also a cluster asked for by name that is nowhere${otherCodes}`;

const demoHelp = `
Exit codes: 0 the sandbox was scanned, whatever fails in it; others as of scan.`;

const addScope = (command: Command, org: string): Command =>
  command
    .addOption(repeatable("--cluster <name>", "a cluster", ClusterName, "every cluster"))
    .addOption(repeatable("--region <region>", "a Region, or all", RegionOrAll, "the one of the AWS configuration"))
    .addOption(repeatable("--account <id>", "an account", AccountId, "the caller's"))
    .addOption(new Option("--org", org).conflicts("account"))
    .option("--role-name <name>", "the role to assume in other accounts (default: the configuration's memberRoleName)")
    .option("--external-id <id>", "the external id that the role asks for");

function addConnectivity(root: Command, finish: Finish): void {
  const command = root
    .command("connectivity")
    .description("every connection that the network policies allow")
    .optionsGroup("Input:")
    .option("--manifests <dir>", "a folder of manifests: every *.yaml, *.yml and *.json below it")
    .option("--evidence <file>", "a file of scan --save-evidence")
    .optionsGroup("Input, a live cluster (the scope must hold one):");
  addScope(command, "every active account of the organization")
    .option("--config <file>", "the configuration (default: eks-perimeter.config.yaml where present)")
    .option("--verbose", "print each read and its time")
    .optionsGroup("Judgement:")
    .addOption(new Option("--engine <engine>", "whose reading of policies (default: found in the input, else kubernetes)").choices(engines))
    .option("--ipv6", "list IPv6 ranges although no object names an IPv6 address")
    .optionsGroup("Selection:")
    .addOption(new Option("--from <source>", "connections from NS, NS/NAME, or a CIDR block outside the cluster").argParser(parsePlace))
    .addOption(new Option("--to <destination>", "connections to NS, NS/NAME, or a CIDR block outside the cluster").argParser(parsePlace))
    .addOption(new Option("--port <ports>", "on [PROTO/]N[-M]; without a protocol, of any").argParser(parsePorts))
    .option("--diff <other>", "what another input, a folder of manifests or a file of evidence, adds and removes")
    .optionsGroup("Output:")
    .addOption(new Option("--format <format>", "how connections are printed (default: text)").choices(["text", "json", "dot"]))
    .option("--json", "print one JSON document: --format json")
    .option("--explain", "name the rules that decide each connection")
    .addHelpText("after", connectivityHelp)
    .action((options) => finish(import("./commands/connectivity.ts").then(({ connectivity }) => connectivity(options))));
}

function addFix(root: Command, finish: Finish): void {
  const command = root
    .command("fix")
    .description("what to type for findings that fail, proved by judging the cluster again with it done; changes nothing")
    .optionsGroup("What to fix:")
    .addOption(repeatable("--finding <id>", "a finding, by its id", z.string(), "none"))
    .addOption(repeatable("--check <id>", "every finding of a check that fails", z.string(), "none"))
    .optionsGroup("Input:")
    .option("--evidence <path>", "a file of scan --save-evidence, or a folder of them")
    .optionsGroup("Input, live clusters:");
  addScope(command, "every active account of the organization")
    .option("--config <file>", "the configuration (default: eks-perimeter.config.yaml where present)")
    .option("--verbose", "print each read and its time")
    .optionsGroup("Output:")
    .option("--json", "print one JSON document")
    .option("--out <dir>", "write commands, manifests and proofs to a folder for each finding")
    .addHelpText("after", fixHelp)
    .action((options) => finish(import("./commands/fix.ts").then(({ fix }) => fix(options))));
}

const fixHelp = `
A plan is proved when the facts with it carried out, judged again by every
check, let the finding pass and no other begin to fail, get worse or become
unknown. Connections that policies of the plan cut are listed, and marked where
a declared flow is among them. Plans of one cluster follow each other in the
order given: each starts from what those before it leave behind. Waivers are
left out: they excuse, and mend nothing.

Exit codes: 0 every finding asked for has a proved plan, or does not fail; 1
some plan is not proved, or some finding has no command that mends it; 3 none
of these, and something asked for could not be judged; 2 wrong usage, wrong
configuration, no credentials, or a cluster asked for by name that is nowhere.`;

function addEvaluate(root: Command, finish: Finish): void {
  const command = root
    .command("evaluate")
    .description("judge saved evidence again, offline, as of the time it was read; or manifests, as if they were all there is")
    .argument("[evidence...]", "files of --save-evidence, or folders of them")
    .option("--manifests <dir>", "a folder of manifests instead: every *.yaml, *.yml and *.json below it");
  addOutput(addSelection(command))
    .addHelpText("after", evaluateHelp)
    .action((paths, options) => finish(import("./commands/evaluate.ts").then(({ evaluate }) => evaluate(paths, options))));
}

function addChecks(root: Command, finish: Finish): void {
  const checks = root.command("checks").description("the catalogue of checks");
  checks
    .command("list")
    .description("list every check")
    .option("--json", "print one JSON document")
    .action((options) => finish(import("./commands/checks.ts").then(({ list }) => list(options))));
  checks
    .command("explain")
    .description("explain one check")
    .argument("<id>")
    .option("--json", "print one JSON document")
    .action((id, options) => finish(import("./commands/checks.ts").then(({ explain }) => explain(id, options))));
}

function addCompletion(root: Command, finish: Finish): void {
  root
    .command("completion")
    .description("print a script that completes commands, options, choices, check ids and files in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText("after", completionHelp)
    .action((shell) => finish(import("./commands/completion.ts").then(({ completion }) => completion(shell, root))));
}

const completionHelp = `
bash: eks-perimeter completion bash > \\
        ~/.local/share/bash-completion/completions/eks-perimeter
      or, in ~/.bashrc: eval "$(npx eks-perimeter completion bash)"
zsh:  eks-perimeter completion zsh > a folder of $fpath, as the file
        _eks-perimeter
      or, in ~/.zshrc after compinit: eval "$(npx eks-perimeter completion zsh)"
fish: eks-perimeter completion fish > \\
        ~/.config/fish/completions/eks-perimeter.fish

Where the line is evaluated at the start of the shell, "npx eks-perimeter" is
completed too, unless something else completes npx. Write the script again
after an update.`;

function addDoctor(root: Command, finish: Finish): void {
  const command = root
    .command("doctor")
    .description("what a deployment still lacks, and the command that mends it; changes nothing, unless --onboard is given");
  addScope(command.optionsGroup("Scope:"), "every active account of the organization")
    .option("--config <file>", "the configuration (default: eks-perimeter.config.yaml where present)")
    .optionsGroup("Writing:")
    .option("--onboard", "create the member role's access entry in each cluster that has none for it")
    .optionsGroup("Output:")
    .option("--json", "print one JSON document")
    .option("--verbose", "print each read and its time")
    .addHelpText("after", doctorHelp)
    .action((options) => finish(import("./commands/doctor.ts").then(({ doctor }) => doctor(options))));
}

const doctorHelp = `
Looks at: organization access, the member role of each account, its Regions,
Security Hub in each account and Region with clusters, and of each cluster
whether its Kubernetes API is reached from this computer and answers every read
of a scan. The network of a deployed scanner may reach more, or less.

--onboard creates access entries of the group eks-perimeter:readers, as the
role eks-perimeter-onboarding of each account, and in the caller's account by
the caller's own credentials. It says which before it does, and touches none
that exists. The group's rights, docs/access/cluster-role.yaml, are left to
you.

Exit codes: 0 nothing lacks; 1 something lacks, or could not be looked at
("unknown"), which may well lack; 2 wrong usage, wrong configuration or no
credentials; 70, 74, 130 and 143 as of scan. What is "skipped" is closed on
purpose, or not needed, and counts for neither.`;

const addSelection = (command: Command): Command =>
  command
    .addOption(repeatable("--check <id>", "a check", z.string(), "every check"))
    .option("--config <file>", "the configuration (default: eks-perimeter.config.yaml where present)");

const addOutput = (command: Command): Command =>
  command
    .option("--json", "print the report as one JSON document")
    .option("--out <dir>", "write the report in every format to a folder")
    .addOption(
      new Option("--fail-on <severity>", "exit 1 when a finding at least this severe fails")
        .choices([...severities, "none"])
        .default("high"),
    );

const RegionOrAll = z.union([z.literal("all"), RegionName], { error: "must be the name of a Region, such as eu-west-1, or all" });

/** An option that may be given several times, each value checked by the schema. */
function repeatable(flags: string, description: string, schema: z.ZodType<string>, otherwise: string): Option {
  const collect = (value: string, earlier: readonly string[]): readonly string[] => {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? "malformed");
    return [...earlier, parsed.data];
  };
  return new Option(flags, `${description} (repeatable)`).argParser(collect).default([], otherwise);
}

const descendants = (command: Command): readonly Command[] => command.commands.flatMap((child) => [child, ...descendants(child)]);
