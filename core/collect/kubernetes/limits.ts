/** What one cluster's API may cost, in time, memory and requests. */
export interface ClientLimits {
  /** Name, connection and TLS handshake together. Short: from outside the VPC a private endpoint never answers at all. */
  readonly connectMs: number;
  /** From sending a request to the last byte of its answer. */
  readonly answerMs: number;
  /** Connections, and requests at one time. */
  readonly maxSockets: number;
  /** Objects asked for in one page; the server may send fewer. */
  readonly pageSize: number;
  readonly pagesPerList: number;
  /** Bytes of one answer, as sent and as unpacked. */
  readonly answerBytes: number;
  /** Bytes of all pages of one list, unpacked. 20,000 pods of 15 kB come to 284 MiB, and reading them to 500 MiB of memory. */
  readonly listBytes: number;
  /** How often one request is sent before its failure is believed. */
  readonly tries: number;
  /** The first pause between tries; each further one may be twice as long. */
  readonly pauseMs: number;
  /** All pauses of one list together, those that the server asks for included. */
  readonly pausesMs: number;
}

export const clientLimits: ClientLimits = {
  connectMs: 5_000,
  answerMs: 30_000,
  maxSockets: 4,
  pageSize: 500,
  pagesPerList: 1_000,
  answerBytes: 64 * 1024 * 1024,
  listBytes: 1024 * 1024 * 1024,
  tries: 5,
  pauseMs: 250,
  pausesMs: 30_000,
};
