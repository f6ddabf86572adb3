/** What a stream can show. */
type Environment = Readonly<Record<string, string | undefined>>;
type Stream = Pick<NodeJS.WriteStream, "isTTY">;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

/** Whether a line may change in place: not in a log, not in CI, and not where plain text was asked for (https://no-color.org). */
export const isAnimated = (stream: Stream, environment: Environment): boolean => isColoured(stream, environment) && !isCi(environment);

/** Whether text may have colours. */
export const isColoured = ({ isTTY }: Stream, { NO_COLOR, TERM }: Environment): boolean =>
  isTTY === true && !isSet(NO_COLOR) && TERM !== "dumb";

const isCi = ({ CI }: Environment): boolean => isSet(CI) && CI !== "false" && CI !== "0";
