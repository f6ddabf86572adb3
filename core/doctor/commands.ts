/** Commands to be typed, with the values of the place they are for. */

/** One shell command. Words that a shell would read otherwise are quoted: some come from accounts and clusters. */
export const command = (...words: readonly string[]): string => words.map(quoted).join(" ");

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** In the words of docs/rollout.md, which says what `$parameters` holds. */
const stack =
  "--stack-name eks-perimeter-member --template-body file://docs/access/member.template.yaml --capabilities CAPABILITY_NAMED_IAM";
const stackSet = "--call-as DELEGATED_ADMIN --stack-set-name eks-perimeter-member";
const parameters = '--parameters "$parameters"';

export const createStack = (): string => `aws cloudformation create-stack ${stack} ${parameters}`;
export const updateStack = (): string => `aws cloudformation update-stack ${stack} ${parameters}`;

/** What became of the StackSet in one account. */
export const listStackInstances = (account: string, region: string): string =>
  `aws cloudformation list-stack-instances ${stackSet} ${command("--stack-instance-account", account, "--region", region)}`;

export const updateStackSet = (region: string): string => {
  const template = "--template-body file://docs/access/member.template.yaml --capabilities CAPABILITY_NAMED_IAM";
  return `aws cloudformation update-stack-set ${stackSet} ${template} ${parameters} ${command("--region", region)}`;
};
