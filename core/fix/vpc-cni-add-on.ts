/** Commands that configure Amazon VPC CNI where it is an EKS add-on. */
import { eksCommand } from "../checks/endpoint/eks-commands.ts";
import { quoted, quotedJson } from "../checks/shell.ts";
import type { About } from "../model/check.ts";

/** The variable that holds the whole configuration of the add-on. */
export const configuration = "VPC_CNI_CONFIGURATION";

/**
 * The values replace all that there are: those of somebody else are not to be lost, nor where nobody answers what there is.
 *
 * @param withThem how they are brought into a configuration that is there, as the end of a sentence
 */
export const configureAddOn = (about: About, values: object, withThem: string): readonly string[] => [
  [
    `if [ -z "\${${configuration}:-}" ]; then HAS=$(${eksCommand(about, "describe-addon --cluster-name", "--addon-name vpc-cni", "--query addon.configurationValues", "--output text")}) || exit 1; case "$HAS" in`,
    // The last are of a script that was run before.
    `None | '' | '{}' | ${quotedJson(values)}) ${configuration}=${quotedJson(values)} ;;`,
    `*) echo ${quoted(`The add-on has configuration values of its own: set ${configuration} to them, with ${withThem}.`)} >&2; exit 1 ;;`,
    "esac; fi",
  ].join(" "),
  eksCommand(
    about,
    "update-addon --cluster-name",
    "--addon-name vpc-cni",
    "--resolve-conflicts PRESERVE",
    `--configuration-values "$${configuration}"`,
  ),
  eksCommand(about, "wait addon-active --cluster-name", "--addon-name vpc-cni"),
];
