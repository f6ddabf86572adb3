/** Ports that nobody on the internet has any business with, as data. */
import type { Transport } from "./destinations.ts";

export interface SensitivePort {
  readonly port: number;
  readonly transports: readonly Transport[];
  readonly kind: "database" | "cache" | "remote shell" | "kubelet" | "etcd";
  readonly what: string;
}

const tcp = ["tcp"] as const;
const both = ["tcp", "udp"] as const;

/**
 * Ports that are rarely anything else. Sources, as of 2026-10: IANA Service Name and Transport Protocol Port Number Registry;
 * Kubernetes, "Ports and Protocols"; the products' own documentation where a port is not registered.
 */
export const sensitivePorts: readonly SensitivePort[] = [
  { port: 1433, transports: tcp, kind: "database", what: "Microsoft SQL Server" },
  { port: 1434, transports: ["udp"], kind: "database", what: "Microsoft SQL Server Browser" },
  { port: 1521, transports: tcp, kind: "database", what: "Oracle Database" },
  { port: 3306, transports: tcp, kind: "database", what: "MySQL" },
  { port: 33060, transports: tcp, kind: "database", what: "MySQL X" },
  { port: 5432, transports: tcp, kind: "database", what: "PostgreSQL" },
  { port: 6432, transports: tcp, kind: "database", what: "PgBouncer" },
  { port: 5439, transports: tcp, kind: "database", what: "Amazon Redshift" },
  { port: 5984, transports: tcp, kind: "database", what: "CouchDB" },
  { port: 7199, transports: tcp, kind: "database", what: "Cassandra JMX" },
  { port: 7474, transports: tcp, kind: "database", what: "Neo4j" },
  { port: 7687, transports: tcp, kind: "database", what: "Neo4j Bolt" },
  { port: 8086, transports: tcp, kind: "database", what: "InfluxDB" },
  { port: 8123, transports: tcp, kind: "database", what: "ClickHouse" },
  { port: 8529, transports: tcp, kind: "database", what: "ArangoDB" },
  { port: 9042, transports: tcp, kind: "database", what: "Cassandra" },
  { port: 9160, transports: tcp, kind: "database", what: "Cassandra Thrift" },
  { port: 9200, transports: tcp, kind: "database", what: "Elasticsearch or OpenSearch" },
  { port: 9300, transports: tcp, kind: "database", what: "Elasticsearch or OpenSearch transport" },
  { port: 26257, transports: tcp, kind: "database", what: "CockroachDB" },
  { port: 27017, transports: tcp, kind: "database", what: "MongoDB" },
  { port: 27018, transports: tcp, kind: "database", what: "MongoDB shard" },
  { port: 27019, transports: tcp, kind: "database", what: "MongoDB configuration server" },
  { port: 28015, transports: tcp, kind: "database", what: "RethinkDB" },
  { port: 50000, transports: tcp, kind: "database", what: "Db2" },

  { port: 6379, transports: tcp, kind: "cache", what: "Redis or Valkey" },
  { port: 6380, transports: tcp, kind: "cache", what: "Redis or Valkey over TLS" },
  { port: 16379, transports: tcp, kind: "cache", what: "Redis or Valkey cluster bus" },
  { port: 26379, transports: tcp, kind: "cache", what: "Redis Sentinel" },
  { port: 11211, transports: both, kind: "cache", what: "Memcached" },

  { port: 22, transports: tcp, kind: "remote shell", what: "SSH" },
  { port: 23, transports: tcp, kind: "remote shell", what: "Telnet" },
  { port: 512, transports: tcp, kind: "remote shell", what: "rexec" },
  { port: 513, transports: tcp, kind: "remote shell", what: "rlogin" },
  { port: 514, transports: tcp, kind: "remote shell", what: "rsh" },
  { port: 2375, transports: tcp, kind: "remote shell", what: "Docker API" },
  { port: 2376, transports: tcp, kind: "remote shell", what: "Docker API over TLS" },
  { port: 3389, transports: both, kind: "remote shell", what: "Remote Desktop" },
  { port: 5900, transports: tcp, kind: "remote shell", what: "VNC" },
  { port: 5985, transports: tcp, kind: "remote shell", what: "Windows Remote Management" },
  { port: 5986, transports: tcp, kind: "remote shell", what: "Windows Remote Management over TLS" },

  { port: 10250, transports: tcp, kind: "kubelet", what: "the kubelet" },
  { port: 10255, transports: tcp, kind: "kubelet", what: "the kubelet's read-only port" },
  { port: 2379, transports: tcp, kind: "etcd", what: "etcd" },
  { port: 2380, transports: tcp, kind: "etcd", what: "etcd between its peers" },
];

const byPort = new Map(sensitivePorts.flatMap((one) => one.transports.map((transport) => [`${transport}/${one.port}`, one])));

export const sensitiveAt = (port: number, transport: Transport): SensitivePort | undefined => byPort.get(`${transport}/${port}`);
