import { listed } from "../../checks/listed.ts";
import { quoted, quotedJson } from "../../checks/shell.ts";
import { known } from "../../model/fact.ts";
import { isCidr, isWithin, parseCidrs } from "../../net/addresses.ts";
import type { Fix } from "../fix.ts";

export const fixServiceUsesNoExternalIps: Fix = ({ cluster, finding, settings }) => {
  const { services } = cluster.facts;
  if (services.state === "unknown") return { none: services.reason.message };
  const { namespace = "", name } = finding.resource;
  const service = services.value.find((one) => one.namespace === namespace && one.name === name);
  if (service === undefined) return { none: "The Service is none of those that were read." };
  const trusted = parseCidrs(settings.trustedCidrs);
  const left = service.externalIPs.filter((address) => isCidr(address) && isWithin(parseCidrs([address]), trusted));
  const gone = service.externalIPs.filter((address) => !left.includes(address));
  const patch = { spec: { externalIPs: left.length === 0 ? null : left } };
  return {
    plan: {
      summary: `Takes ${listed(gone)} from Service ${namespace}/${name}.`,
      commands: [`kubectl patch service --namespace ${quoted(namespace)} ${quoted(name)} --type merge --patch ${quotedJson(patch)}`],
      manifests: [],
      after: { ...cluster.facts, services: known(services.value.map((one) => (one === service ? { ...one, externalIPs: left } : one))) },
      notes: ["Nodes stop taking traffic to these addresses: clients that were led there by a route or a name need another way in."],
    },
  };
};
