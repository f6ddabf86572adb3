import { defineCheck } from "../../model/check.ts";
import type { Service } from "../../model/kubernetes.ts";
import { objectId } from "../../model/resource.ts";
import { isCidr, isWithin, parseCidrs } from "../../net/addresses.ts";
import { few, listed } from "../listed.ts";
import { nameOf } from "../words.ts";

const service: Service = {
  namespace: "shop",
  name: "web",
  uid: "01234567-89ab-cdef-0123-456789abcdef",
  annotations: {},
  labels: {},
  type: "ClusterIP",
  loadBalancerSourceRanges: [],
  sessionAffinity: "None",
  externalIPs: ["198.51.100.7"],
  clusterIPs: ["10.100.0.7"],
  selector: { app: "web" },
  ports: [{ protocol: "TCP", port: 443 }],
  hostnames: [],
};

export const serviceUsesNoExternalIps = defineCheck({
  id: "service-uses-no-external-ips",
  title: "Services claim no external address outside the trusted ranges",
  surface: "load-balancer",
  severity: "high",
  path: { from: "nodes", to: "workloads" },
  needs: ["services"],
  why: "Whoever may write a Service can claim any address with externalIPs: nodes then take traffic to it for the Service's own pods (CVE-2020-8554).",
  judged:
    "Fails every Service, of any type, whose spec.externalIPs holds an address outside trustedCidrs. Private addresses are no exception: a Service can claim any address, and nodes then take the traffic for it. Text that is no address fails. It needs the Services of the cluster and nothing of AWS.",
  unseen: "Whether an admission policy refuses such Services, and whether traffic to the address reaches a node.",
  remediation: "Remove spec.externalIPs from the Service, or list the addresses under trustedCidrs if the organization owns them.",
  examples: { fail: { services: [service] }, pass: { services: [{ ...service, externalIPs: [] }] } },
  evaluate: ({ services }, { trustedCidrs }, { resource: cluster }) => {
    const trusted = parseCidrs(trustedCidrs);
    return services.map(({ namespace, name, externalIPs }) => {
      const resource = { kind: "Service", id: objectId(cluster.id, "services", name, namespace), namespace, name };
      // Text that is no address can't be one that the organization owns.
      const untrusted = externalIPs.filter((address) => !isCidr(address) || !isWithin(parseCidrs([address]), trusted));
      const evidence = { externalIPs: few(externalIPs), untrusted: few(untrusted) };
      if (untrusted.length > 0) {
        const message = `${nameOf(resource)} claims ${listed(untrusted)}, outside the trusted ranges.`;
        return { status: "fail", resource, evidence, message } as const;
      }
      const seen = externalIPs.length > 0 ? `only trusted external addresses: ${listed(externalIPs)}` : "no external address";
      return { status: "pass", resource, evidence, message: `${nameOf(resource)} claims ${seen}.` } as const;
    });
  },
});
