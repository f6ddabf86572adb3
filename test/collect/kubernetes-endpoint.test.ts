import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ReadError } from "../../core/collect/errors.ts";
import { endpointOf } from "../../core/collect/kubernetes/endpoint.ts";
import { readKubernetes } from "../../core/collect/kubernetes.ts";
import { Reading } from "../../core/collect/reading.ts";
import { known } from "../../core/model/fact.ts";
import { certificates, ports, targetOf } from "./kubernetes-bed.ts";

const certificateAuthority = certificates.certificateAuthorityData;
const judge = (url: string, region: string, allowed: readonly string[] = []) => {
  try {
    const { host, port } = endpointOf({ url, certificateAuthority, region }, allowed);
    return `${host} ${port}`;
  } catch (error) {
    if (error instanceof ReadError) return error.reason.code;
    throw error;
  }
};

describe("a token may go to EKS's hosts of the cluster's partition", () => {
  it.each([
    ["as DescribeCluster writes it, in upper case", "https://0A1B2C3D4E5F.gr7.eu-west-1.eks.amazonaws.com", "eu-west-1"],
    ["with the port said", "https://0a1b.gr7.eu-west-1.eks.amazonaws.com:443", "eu-west-1"],
    ["with a slash at the end", "https://0a1b.gr7.eu-west-1.eks.amazonaws.com/", "eu-west-1"],
    ["dual-stack", "https://eks-cluster.eu-west-1.api.aws", "eu-west-1"],
    ["dual-stack, with labels before", "https://0A1B.gr7.eks-cluster.us-west-2.api.aws", "us-west-2"],
    ["China", "https://0A1B.gr7.cn-north-1.eks.amazonaws.com.cn", "cn-north-1"],
    ["China, dual-stack", "https://eks-cluster.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1"],
    ["GovCloud", "https://0A1B.gr7.us-gov-west-1.eks.amazonaws.com", "us-gov-west-1"],
    ["an isolated partition", "https://0A1B.gr7.us-iso-east-1.eks.c2s.ic.gov", "us-iso-east-1"],
    ["the European sovereign cloud", "https://0A1B.gr7.eusc-de-east-1.eks.amazonaws.eu", "eusc-de-east-1"],
  ])("sent: %s", (_name, url, region) => {
    expect(judge(url, region)).toBe(`${new URL(url).hostname} 443`);
  });

  it.each([
    ["EKS's domain inside another", "https://x.eks.amazonaws.com.evil.example"],
    ["no label before it", "https://eks.amazonaws.com"],
    ["no dot before it", "https://xeks.amazonaws.com"],
    ["an empty label", "https://x..eks.amazonaws.com"],
    ["a label that begins with a hyphen", "https://-x.eks.amazonaws.com"],
    ["a dot at the end", "https://x.eks.amazonaws.com."],
    ["another service", "https://x.elb.eu-west-1.amazonaws.com"],
    ["another partition", "https://x.eks.amazonaws.com.cn"],
    ["a dual-stack host of another Region", "https://eks-cluster.us-east-1.api.aws"],
    ["the bare dual-stack domain", "https://eu-west-1.api.aws"],
    ["EKS's host as the user of another", "https://x.eks.amazonaws.com@evil.example"],
    ["EKS's host as user and password of another", "https://x.eks.amazonaws.com:443@evil.example"],
    ["a user at EKS's host", "https://user:pass@x.eks.amazonaws.com"],
    ["EKS's host as a path", "https://evil.example/x.eks.amazonaws.com"],
    ["EKS's host as a query", "https://evil.example?x.eks.amazonaws.com"],
    ["EKS's host as a fragment", "https://evil.example#.eks.amazonaws.com"],
    ["behind a backslash", "https://evil.example\\.eks.amazonaws.com"],
    ["a line break in the host", "https://evil.example\n.eks.amazonaws.com"],
    ["a letter that only looks the same", "https://x.eks.amаzonaws.com"],
    ["percent-encoded", "https://evil.example%2f.eks.amazonaws.com"],
    ["a path at EKS's host", "https://x.eks.amazonaws.com/proxy"],
    ["a space before", " https://x.eks.amazonaws.com"],
    ["http", "http://x.eks.amazonaws.com"],
    ["no scheme", "x.eks.amazonaws.com"],
    ["a port that is none", "https://x.eks.amazonaws.com:99999"],
    ["an IPv4 address", "https://127.0.0.1:6443"],
    ["an IPv6 address", "https://[::1]:6443"],
    ["an address in another notation", "https://0x7f000001"],
    ["localhost", "https://localhost"],
    ["nothing", ""],
  ])("blocked: %s", (_name, url) => {
    expect(judge(url, "eu-west-1")).toBe("blocked-host");
  });
});

describe("hosts listed by hand", () => {
  it.each([
    ["sent: by host", "https://127.0.0.1:6443", ["127.0.0.1"], "127.0.0.1 6443"],
    ["sent: by host and port", "https://127.0.0.1:6443", ["127.0.0.1:6443"], "127.0.0.1 6443"],
    ["sent: by name, in another case, with spaces around", "https://LocalHost:6443", [" LOCALHOST "], "localhost 6443"],
    ["sent: IPv6 in brackets", "https://[::1]:6443", ["[::1]"], "::1 6443"],
    ["sent: IPv6 without", "https://[::1]:6443", ["::1"], "::1 6443"],
    ["sent: IPv6 with port", "https://[::1]:6443", ["[::1]:6443"], "::1 6443"],
    ["blocked: another port", "https://127.0.0.1:6443", ["127.0.0.1:6444"], "blocked-host"],
    ["blocked: a host that begins like it", "https://127.0.0.10", ["127.0.0.1"], "blocked-host"],
    ["blocked: a subdomain", "https://a.test.example", ["test.example"], "blocked-host"],
    ["blocked: the empty entry", "https://a.test.example", ["", " "], "blocked-host"],
    ["blocked: a star is no pattern", "https://a.test.example", ["*"], "blocked-host"],
    ["blocked: another notation of a listed address", "https://0x7f000001", ["127.0.0.1", "0x7f000001"], "blocked-host"],
    ["blocked: http, though listed", "http://127.0.0.1", ["127.0.0.1"], "blocked-host"],
  ] as const)("%s", (_name, url, allowed, verdict) => {
    expect(judge(url, "eu-west-1", allowed)).toBe(verdict);
  });
});

describe("the certificate authority", () => {
  const url = "https://127.0.0.1";
  it.each([
    ["nothing: the public authorities must not stand in", ""],
    ["no PEM", Buffer.from("hello").toString("base64")],
    ["a PEM frame around nothing", Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").toString("base64")],
    ["a key", Buffer.from(certificates.server.key).toString("base64")],
  ])("malformed: %s", (_name, authority) => {
    const read = () => endpointOf({ url, certificateAuthority: authority, region: "eu-west-1" }, ["127.0.0.1"]);
    expect(read).toThrow(expect.objectContaining({ reason: expect.objectContaining({ code: "malformed" }) }));
  });

  it("may be several, as while one replaces another", () => {
    const both = Buffer.from(`${certificates.ca}\n${certificates.server.cert}`).toString("base64");
    const { authorities } = endpointOf({ url, certificateAuthority: both, region: "eu-west-1" }, ["127.0.0.1"]);
    expect(authorities.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });
});

describe("a blocked host", () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it("is sent nothing, not even a connection, and is not repeated with its password", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    let minted = 0;
    const credentials = async () => {
      minted += 1;
      return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    };
    for (const url of [`https://127.0.0.1:${port}`, `https://x.eks.amazonaws.com:hunter2@127.0.0.1:${port}`, `https://localhost:${port}`]) {
      const reading = new Reading(ports);
      const target = known({ ...targetOf(url), credentials });
      const { services } = await readKubernetes(
        target,
        new Set(["services"]),
        reading,
        { ...ports, allowedEndpointHosts: [] },
        AbortSignal.timeout(5_000),
      );
      expect(services).toMatchObject({ state: "unknown", reason: { code: "blocked-host" } });
      const remedy = expect.stringContaining("EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS");
      expect(reading.outcomes).toMatchObject([
        { read: "kubernetes:list services", state: "unknown", reason: { code: "blocked-host" }, remedy },
      ]);
      expect(JSON.stringify([services, reading.outcomes])).not.toContain("hunter2");
    }
    expect([connections, minted]).toEqual([0, 0]);
  });
});
