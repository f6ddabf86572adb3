import { partitionOf } from "../../model/partition.ts";

/**
 * The repository that an image reference names: without tag and digest, and with the registry that a short name means.
 * Source: distribution/reference normalize.go ("nginx" is docker.io/library/nginx; a first part with a dot, a colon or
 * "localhost" is a registry).
 */
export function repositoryOf(image: string): string {
  const [undigested = ""] = image.split("@");
  const lastSlash = undigested.lastIndexOf("/");
  // A colon before the last slash is a registry's port, no tag.
  const tag = undigested.indexOf(":", lastSlash + 1);
  const path = tag < 0 ? undigested : undigested.slice(0, tag);
  const slash = path.indexOf("/");
  if (slash < 0) return `docker.io/library/${path}`;
  const first = path.slice(0, slash);
  if (!/[.:]/.test(first) && first !== "localhost") return `docker.io/${path}`;
  return first === "index.docker.io" ? `docker.io${path.slice(slash)}` : path;
}

/** The account of EKS's own registry in every Region that is not listed apart. */
const usualAccount = "602401143452";

/**
 * EKS's own registry in the other Regions. What lies in it, AWS put there: an account anybody may have does not count.
 * Sources: Amazon EKS User Guide, "View Amazon container image registries for Amazon EKS add-ons"; awslabs/amazon-eks-ami
 * nodeadm/internal/system/ecr.go. As of 2026-11-26.
 */
const accountByRegion: ReadonlyMap<string, string> = new Map([
  ["af-south-1", "877085696533"],
  ["ap-east-1", "800184023465"],
  ["ap-east-2", "533267051163"],
  ["ap-south-2", "900889452093"],
  ["ap-southeast-3", "296578399912"],
  ["ap-southeast-4", "491585149902"],
  ["ap-southeast-5", "151610086707"],
  ["ap-southeast-6", "333609536671"],
  ["ap-southeast-7", "121268973566"],
  ["ca-west-1", "761377655185"],
  ["cn-north-1", "918309763551"],
  ["cn-northwest-1", "961992271922"],
  ["eu-central-2", "900612956339"],
  ["eu-isoe-west-1", "249663109785"],
  ["eu-south-1", "590381155156"],
  ["eu-south-2", "455263428931"],
  ["il-central-1", "066635153087"],
  ["me-central-1", "759879836304"],
  ["me-south-1", "558608220178"],
  ["mx-central-1", "730335286997"],
  ["us-gov-east-1", "151742754352"],
  ["us-gov-west-1", "013241004608"],
  ["us-iso-east-1", "725322719131"],
  ["us-iso-west-1", "608367168043"],
  ["us-isob-east-1", "187977181151"],
]);

/** The path of a repository in EKS's own registry, such as "eks/coredns"; undefined for one elsewhere. */
export function pathInEksRegistry(repository: string): string | undefined {
  const [, account, region, domain, path] = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)\/(.+)$/.exec(repository) ?? [];
  if (region === undefined || account !== (accountByRegion.get(region) ?? usualAccount)) return undefined;
  const isAws = domain === partitionOf(region).domain || domain === "on.aws";
  return isAws ? path : undefined;
}
