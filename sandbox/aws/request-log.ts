/** What was asked of the sandbox, so that tests can count and compare calls. */
export interface LoggedRequest {
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  /** The IAM action, such as "eks:DescribeCluster". */
  readonly action: string;
  /** Absent where the signature was not accepted. */
  readonly account?: string;
  readonly principal?: string;
  readonly region: string;
  /** The ARN that the request is about, where it names one. */
  readonly resource?: string;
  /** Of the answer; 0 where none was given. */
  readonly status: number;
  readonly error?: string;
}

export interface RequestLog {
  add(request: LoggedRequest): void;
  list(): readonly LoggedRequest[];
  clear(): void;
}

export function createRequestLog(): RequestLog {
  let requests: LoggedRequest[] = [];
  return {
    add: (request) => requests.push(request),
    list: () => requests,
    clear: () => {
      requests = [];
    },
  };
}
