import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { partitionOf } from "../../model/partition.ts";
import { ReadError } from "../errors.ts";

/** A cluster's Kubernetes API, after its host was found fit to be sent a token. */
export interface ApiEndpoint {
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The cluster's own authorities, PEM: the only ones that vouch for the host. */
  readonly authorities: string;
}

/** Where DescribeCluster says that the API is. */
export interface EndpointTarget {
  readonly url: string;
  /** Base64 of PEM, as `certificateAuthority.data` has it. */
  readonly certificateAuthority: string;
  readonly region: string;
}

/**
 * The endpoint, if a bearer token may be sent to it: https, nothing but a host and perhaps a port in the URL, and the host
 * either one of EKS's in the cluster's partition or listed in `allowedHosts`, with or without its port.
 *
 * @throws {ReadError} `blocked-host` for any other, `malformed` where the certificate authority is none
 */
export function endpointOf({ url, certificateAuthority, region }: EndpointTarget, allowedHosts: readonly string[]): ApiEndpoint {
  const { host, port } = hostOf(url);
  if (!isEksHost(host, region) && !isListed(host, port, allowedHosts)) {
    throw blocked(
      `The cluster's endpoint names the host ${host}, which is no EKS host of the partition ${partitionOf(region).name}, so no token was sent to it.`,
    );
  }
  return { host, port, authorities: authoritiesOf(certificateAuthority) };
}

/** Read strictly and by hand: what a lenient URL parser mends (backslashes, spaces, 0x7f.1, a user before an @) is refused. */
const plainUrl = /^https:\/\/([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?\/?$/i;

function hostOf(url: string): { host: string; port: number } {
  const [, written, port = "443"] = plainUrl.exec(url) ?? [];
  if (written === undefined || !URL.canParse(url) || new URL(url).hostname !== written.toLowerCase()) {
    // The URL itself is not repeated: it may carry a password.
    throw blocked("The cluster's endpoint is no https URL of a plain host name, so no token was sent to it.");
  }
  return { host: written.toLowerCase().replace(/^\[|\]$/g, ""), port: Number(port) };
}

/**
 * EKS's hosts: `….eks.<domain>`, and `….<region>.<dual-stack domain>` of IPv6 clusters since October 2024.
 * Source: Amazon EKS User Guide, "Cluster API server endpoint".
 */
function isEksHost(host: string, region: string): boolean {
  const { domain, dualStackDomain } = partitionOf(region);
  return [`.eks.${domain}`, `.${region}.${dualStackDomain}`].some((suffix) => {
    const labels = host.endsWith(suffix) ? host.slice(0, -suffix.length).split(".") : [];
    return labels.length > 0 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  });
}

function isListed(host: string, port: number, allowedHosts: readonly string[]): boolean {
  const forms = isIP(host) === 6 ? [host, `[${host}]`, `[${host}]:${port}`] : [host, `${host}:${port}`];
  return allowedHosts.some((allowed) => forms.includes(allowed.trim().toLowerCase()));
}

/** An empty list would mean the public authorities, so text that holds no certificate is refused. */
function authoritiesOf(base64: string): string {
  const pem = Buffer.from(base64, "base64").toString("latin1");
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0) return certificates.join("\n");
  } catch (cause) {
    throw noAuthority({ cause });
  }
  throw noAuthority({});
}

const noAuthority = (options: ErrorOptions): ReadError =>
  new ReadError(
    { code: "malformed", message: "The cluster's certificate authority is no PEM certificate, so its API cannot be told from another's." },
    { ...options, hint: "Look at certificateAuthority.data in the answer of `aws eks describe-cluster`." },
  );

const blocked = (message: string): ReadError =>
  new ReadError(
    { code: "blocked-host", message },
    { hint: "A token goes to EKS hosts alone. For a test, list the host in EKS_PERIMETER_ALLOWED_ENDPOINT_HOSTS." },
  );
