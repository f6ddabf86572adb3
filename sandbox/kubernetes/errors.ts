/** Base of everything that this stand-in throws on purpose: the estate that it was given makes no sense. */
export abstract class KubernetesEstateError extends Error {
  abstract override readonly name: string;
}

/** An object that no apiserver would have stored. */
export class ObjectRefusedError extends KubernetesEstateError {
  override readonly name = "ObjectRefusedError";
}
