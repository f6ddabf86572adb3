import { expect, it } from "vitest";
import { endpointNotOpenToInternet } from "../../../core/checks/endpoint/endpoint-not-open-to-internet.ts";
import { known, unknown } from "../../../core/model/fact.ts";
import { aCluster, anEndpoint, judged, withSettings } from "../../support/cluster.ts";

const open = (publicCidrs: readonly string[], privateAccess = true) =>
  aCluster({ endpoint: known(anEndpoint({ publicAccess: true, privateAccess, publicCidrs })) });

it.each<readonly [string, readonly string[], "pass" | "fail" | "unknown"]>([
  ["fail: 0.0.0.0/0", ["0.0.0.0/0"], "fail"],
  ["fail: no ranges at all, which AWS reads as everything", [], "fail"],
  ["fail: halves", ["0.0.0.0/1", "128.0.0.0/1"], "fail"],
  ["fail: quarters", ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"], "fail"],
  ["fail: everything with host bits", ["203.0.113.9/0"], "fail"],
  ["fail: ::/0", ["::/0"], "fail"],
  ["fail: 2000::/3", ["2000::/3"], "fail"],
  ["fail: IPv4-mapped", ["::ffff:0.0.0.0/96"], "fail"],
  ["fail: everything beside an office", ["203.0.113.0/24", "0.0.0.0/0"], "fail"],
  ["fail: everything, although another range is no range", ["0.0.0.0/0", "office"], "fail"],
  ["fail: a /8 and one more address", ["8.0.0.0/8", "9.9.9.9/32"], "fail"],
  ["pass: one office", ["203.0.113.0/24"], "pass"],
  ["pass: exactly a /8", ["8.0.0.0/8"], "pass"],
  ["pass: one address", ["54.240.197.1/32"], "pass"],
  ["pass: all private ranges", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], "pass"],
  ["unknown: AWS answers text that is no range", ["203.0.113.0/24", "0.0.0.0/00"], "unknown"],
  ["unknown: AWS answers an empty text", [""], "unknown"],
])("%s", (_rule, publicCidrs, status) => {
  expect(judged(endpointNotOpenToInternet, open(publicCidrs)).map((finding) => finding.status)).toEqual([status]);
});

it("pass: ranges are not judged while public access is off", () => {
  const stale = aCluster({ endpoint: known(anEndpoint({ publicAccess: false, publicCidrs: ["0.0.0.0/0"] })) });
  expect(judged(endpointNotOpenToInternet, stale)).toMatchObject([{ status: "pass", message: "Cluster prod has no public endpoint." }]);
});

it("unknown: the cluster could not be described", () => {
  const cluster = aCluster({ endpoint: unknown("forbidden", "eks:DescribeCluster is denied.") });
  expect(judged(endpointNotOpenToInternet, cluster)).toMatchObject([{ status: "unknown", reason: { code: "forbidden" } }]);
});

it("unknown: malformed ranges are named", () => {
  expect(judged(endpointNotOpenToInternet, open(["10.0.0.0/33"]))).toMatchObject([
    {
      status: "unknown",
      reason: { code: "malformed", message: 'AWS answered publicAccessCidrs that are no ranges: "10.0.0.0/33".' },
      message: 'Cluster prod was not judged: AWS answered publicAccessCidrs that are no ranges: "10.0.0.0/33".',
    },
  ]);
});

it("the limits of the configuration decide", () => {
  const settings = withSettings({ internet: { ipv4Prefix: 24 } });
  expect(judged(endpointNotOpenToInternet, open(["54.240.196.0/23"]), settings)).toMatchObject([{ status: "fail" }]);
  expect(judged(endpointNotOpenToInternet, open(["54.240.197.0/24"]), settings)).toMatchObject([{ status: "pass" }]);
});

it("the evidence holds what decides", () => {
  expect(judged(endpointNotOpenToInternet, open(["8.0.0.0/8", "10.0.0.0/8", "2600:1f18::/33"])).map(({ evidence }) => evidence)).toEqual([
    {
      publicAccess: true,
      privateAccess: true,
      publicAccessCidrs: ["8.0.0.0/8", "10.0.0.0/8", "2600:1f18::/33"],
      reachableFrom: { ipv4Addresses: "16777216", ipv6Addresses: "39614081257132168796771975168" },
      limits: { ipv4Prefix: 8, ipv6Prefix: 19 },
    },
  ]);
});

it("the message shows a few ranges of many", () => {
  const many = ["0.0.0.0/0", ...Array.from({ length: 9 }, (_, i) => `203.0.113.${i}/32`)];
  expect(judged(endpointNotOpenToInternet, open(many)).map(({ message }) => message)).toEqual([
    "Cluster prod has a public endpoint that is open to the internet: it admits 0.0.0.0/0, 203.0.113.0/32, 203.0.113.1/32, 203.0.113.2/32, 203.0.113.3/32 and 5 more.",
  ]);
});

const closed = `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPublicAccess":false,"endpointPrivateAccess":true}'`;
const narrowed = (cidrs: string) =>
  `aws eks update-cluster-config --name prod --region eu-west-1 --resources-vpc-config '{"endpointPrivateAccess":true,"publicAccessCidrs":[${cidrs}]}'`;
it.each<readonly [string, readonly string[], readonly string[], string]>([
  ["closes the endpoint where no trusted ranges are configured", [], ["0.0.0.0/0"], closed],
  ["narrows it to the trusted ranges", ["203.0.113.0/24", "198.51.100.0/24"], [], narrowed('"203.0.113.0/24","198.51.100.0/24"')],
  ["leaves private ranges out, which AWS refuses", ["10.0.0.0/8", "203.0.113.0/24"], ["0.0.0.0/0"], narrowed('"203.0.113.0/24"')],
  ["closes it where all trusted ranges are private", ["10.0.0.0/8", "fc00::/8"], ["0.0.0.0/0", "::/0"], closed],
  ["leaves IPv6 out where the endpoint has none", ["203.0.113.0/24", "2001:db8::/32"], ["0.0.0.0/0"], narrowed('"203.0.113.0/24"')],
  ["keeps IPv6 where the endpoint has it", ["2001:db8::/32"], ["0.0.0.0/0", "::/0"], narrowed('"2001:db8::/32"')],
  ["closes it where the trusted ranges are the internet themselves", ["0.0.0.0/0"], ["0.0.0.0/0"], closed],
])("the remedy %s", (_rule, trustedCidrs, publicCidrs, command) => {
  const [finding] = judged(endpointNotOpenToInternet, open(publicCidrs, false), withSettings({ trustedCidrs }));
  expect(finding?.remediation?.commands).toEqual([command]);
});
