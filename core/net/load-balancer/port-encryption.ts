/** Which registered ports mean a protocol with encryption of its own, and which mean plain text, as data. */
import type { Transport } from "./destinations.ts";

export interface PortProtocol {
  readonly port: number;
  readonly transports: readonly Transport[];
  readonly what: string;
}

const tcp = ["tcp"] as const;
const udp = ["udp"] as const;
const both = ["tcp", "udp"] as const;

/**
 * Protocols that encrypt by themselves. Source: IANA Service Name and Transport Protocol Port Number Registry, as of 2026-10;
 * WireGuard's default is of its own documentation, since the registry leaves the port free.
 */
export const encryptedPorts: readonly PortProtocol[] = [
  { port: 22, transports: tcp, what: "SSH" },
  { port: 443, transports: both, what: "HTTPS" },
  { port: 465, transports: tcp, what: "submissions (SMTP over TLS)" },
  { port: 500, transports: udp, what: "IKE" },
  { port: 563, transports: tcp, what: "NNTP over TLS" },
  { port: 636, transports: tcp, what: "LDAP over TLS" },
  { port: 853, transports: both, what: "DNS over TLS or QUIC" },
  { port: 989, transports: tcp, what: "FTP data over TLS" },
  { port: 990, transports: tcp, what: "FTP over TLS" },
  { port: 992, transports: tcp, what: "Telnet over TLS" },
  { port: 993, transports: tcp, what: "IMAP over TLS" },
  { port: 995, transports: tcp, what: "POP3 over TLS" },
  { port: 1194, transports: both, what: "OpenVPN" },
  { port: 3269, transports: tcp, what: "Active Directory global catalog over TLS" },
  { port: 3389, transports: both, what: "Remote Desktop" },
  { port: 4500, transports: udp, what: "IPsec NAT traversal" },
  { port: 5061, transports: tcp, what: "SIP over TLS" },
  { port: 5349, transports: both, what: "STUN and TURN over TLS" },
  { port: 5671, transports: tcp, what: "AMQP over TLS" },
  { port: 5986, transports: tcp, what: "Windows Remote Management over TLS" },
  { port: 6443, transports: tcp, what: "the Kubernetes API" },
  { port: 6514, transports: tcp, what: "syslog over TLS" },
  { port: 8443, transports: tcp, what: "HTTPS, alternate" },
  { port: 8883, transports: tcp, what: "MQTT over TLS" },
  { port: 51820, transports: udp, what: "WireGuard" },
];

/** Protocols that do not, or only where both ends ask for it. Source: the same registry, as of 2026-10. */
export const plainPorts: readonly PortProtocol[] = [
  { port: 20, transports: tcp, what: "FTP data" },
  { port: 21, transports: tcp, what: "FTP" },
  { port: 23, transports: tcp, what: "Telnet" },
  { port: 25, transports: tcp, what: "SMTP" },
  { port: 53, transports: both, what: "DNS" },
  { port: 69, transports: udp, what: "TFTP" },
  { port: 80, transports: both, what: "HTTP" },
  { port: 110, transports: tcp, what: "POP3" },
  { port: 119, transports: tcp, what: "NNTP" },
  { port: 143, transports: tcp, what: "IMAP" },
  { port: 161, transports: udp, what: "SNMP" },
  { port: 389, transports: both, what: "LDAP" },
  { port: 512, transports: tcp, what: "rexec" },
  { port: 513, transports: tcp, what: "rlogin" },
  { port: 514, transports: both, what: "rsh or syslog" },
  { port: 873, transports: tcp, what: "rsync" },
  { port: 1883, transports: tcp, what: "MQTT" },
  { port: 5060, transports: both, what: "SIP" },
  { port: 5672, transports: tcp, what: "AMQP" },
  { port: 5985, transports: tcp, what: "Windows Remote Management" },
  { port: 6379, transports: tcp, what: "Redis" },
  { port: 8008, transports: tcp, what: "HTTP, alternate" },
  { port: 8080, transports: tcp, what: "HTTP, alternate" },
  { port: 11211, transports: both, what: "Memcached" },
];

const table = (ports: readonly PortProtocol[]) =>
  new Map(ports.flatMap((one) => one.transports.map((transport) => [`${transport}/${one.port}`, one.what])));
const encrypted = table(encryptedPorts);
const plain = table(plainPorts);

/** Whether the port's protocol encrypts; undefined where the tables do not say. */
export function encryptionAt(port: number, transport: Transport): { readonly isEncrypted: boolean; readonly what: string } | undefined {
  const key = `${transport}/${port}`;
  const secure = encrypted.get(key);
  if (secure !== undefined) return { isEncrypted: true, what: secure };
  const open = plain.get(key);
  return open === undefined ? undefined : { isEncrypted: false, what: open };
}
