import { DescribeAddonCommand, ListAddonsCommand } from "@aws-sdk/client-eks";
import pMap from "p-map";
import { parseDocument } from "yaml";
import * as z from "zod";
import type { AddOn } from "../model/add-on.ts";
import { type Fact, known, unknown } from "../model/fact.ts";
import { allPages, answerOf } from "./answer.ts";
import type { AwsPlane } from "./aws-plane.ts";
import { unlessGone } from "./gone.ts";

/** Calls at once: EKS allows fewer a second than EC2. */
const concurrency = 4;

const Names = z.object({ addons: z.array(z.string()), nextToken: z.string().optional() });
const Answer = z.object({
  addon: z.object({
    addonName: z.string(),
    status: z.string(),
    addonVersion: z.string().optional(),
    health: z.object({ issues: z.array(z.object({ code: z.string() })).default([]) }).optional(),
    configurationValues: z.string().optional(),
  }),
});
type Row = z.output<typeof Answer>["addon"];

/** The EKS add-ons of the cluster; none is no error. One that goes away meanwhile is left out, one that is refused leaves none known. */
export async function readAddOns(clusterName: string, plane: AwsPlane): Promise<Fact<readonly AddOn[]>> {
  const { reading } = plane;
  const names = await reading.attempt("eks:ListAddons", () => listNames(clusterName, plane));
  if (names.state === "unknown") return names;
  const addOns = await pMap(
    names.value,
    (name) => reading.attempt("eks:DescribeAddon", () => unlessGone(describeAddOn(clusterName, name, plane))),
    { concurrency },
  );
  const found: AddOn[] = [];
  for (const addOn of addOns) {
    if (addOn.state === "unknown") return addOn;
    if (addOn.value !== undefined) found.push(addOn.value);
  }
  return known(found);
}

const listNames = (clusterName: string, { clients: { eks }, signal }: AwsPlane): Promise<readonly string[]> =>
  allPages({
    shape: Names,
    ask: (nextToken) => eks.send(new ListAddonsCommand({ clusterName, maxResults: 100, nextToken }), { abortSignal: signal }),
    items: ({ addons }) => addons,
    next: ({ nextToken }) => nextToken,
    signal,
  });

async function describeAddOn(clusterName: string, addonName: string, { clients: { eks }, signal }: AwsPlane): Promise<AddOn> {
  const call = eks.send(new DescribeAddonCommand({ clusterName, addonName }), { abortSignal: signal });
  return addOnOf((await answerOf(Answer, call, signal)).addon);
}

function addOnOf({ addonName: name, status, addonVersion, health, configurationValues }: Row): AddOn {
  // The configuration of others is nobody's business here.
  const setting = name === "vpc-cni" && configurationValues !== undefined ? networkPolicyIn(configurationValues) : undefined;
  return {
    name,
    status,
    healthIssues: [...new Set(health?.issues.map(({ code }) => code) ?? [])],
    ...(addonVersion === undefined ? {} : { version: addonVersion }),
    ...(setting === undefined ? {} : { enableNetworkPolicy: setting }),
  };
}

const Configuration = z.object({ enableNetworkPolicy: z.union([z.string(), z.boolean()]).transform(String).nullish() }).nullable();

/** JSON or YAML, of which JSON is a part. */
function networkPolicyIn(configurationValues: string): Fact<string> | undefined {
  const { success, data } = Configuration.safeParse(documentOf(configurationValues));
  if (!success) return unknown("malformed", "The configuration of the add-on vpc-cni has no usable enableNetworkPolicy.");
  return typeof data?.enableNetworkPolicy === "string" ? known(data.enableNetworkPolicy) : undefined;
}

/** What the text holds; the text itself where it is no document. */
function documentOf(text: string): unknown {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that would unfold without end.
    if (error instanceof ReferenceError) return text;
    throw error;
  }
}
