import { PerimeterError } from "../../model/error.ts";

/** A field of a policy that its API refuses, or that no engine could read. */
export class PolicyFieldError extends PerimeterError {
  override readonly name = "PolicyFieldError";
  /** Such as "spec.ingress[0].from[1].ipBlock.cidr". */
  readonly field: string;
  /** What is wrong with it, for the end of a sentence. */
  readonly problem: string;
  constructor(field: string, problem: string) {
    super(`${field} ${problem}.`, { hint: "Correct the field, or remove the policy." });
    this.field = field;
    this.problem = problem;
  }
}
