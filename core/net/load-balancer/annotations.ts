/** Annotations as the controllers read them. Source: kubernetes-sigs/aws-load-balancer-controller:pkg/annotations. */

/** What both Services and Ingresses have. */
export interface Annotated {
  readonly annotations: Readonly<Record<string, string>>;
}

/** A Service's annotation; only this prefix is read. */
export const serviceAnnotation = ({ annotations }: Annotated, suffix: string): string | undefined =>
  annotations[`service.beta.kubernetes.io/${suffix}`];

export const ingressAnnotation = ({ annotations }: Annotated, suffix: string): string | undefined =>
  annotations[`alb.ingress.kubernetes.io/${suffix}`];

const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true])),
  ...Object.fromEntries(["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false])),
};

/** Go's strconv.ParseBool; undefined is its error. */
export const parseGoBool = (text: string): boolean | undefined => (Object.hasOwn(truths, text) ? truths[text] : undefined);

/** A comma-separated list, blanks dropped. */
export const parseList = (text: string): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
