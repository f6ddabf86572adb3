import { describe, expect, it } from "vitest";
import { pathInEksRegistry, repositoryOf } from "../../../core/net/workloads/image.ts";

it.each([
  ["a lone name is of Docker Hub's library", "nginx", "docker.io/library/nginx"],
  ["a tag goes", "nginx:1.29", "docker.io/library/nginx"],
  ["an owner of Docker Hub", "calico/node:v3.32.1", "docker.io/calico/node"],
  ["Docker Hub by its older name", "index.docker.io/calico/node:v3", "docker.io/calico/node"],
  ["a digest goes", "quay.io/cilium/cilium@sha256:0a1b", "quay.io/cilium/cilium"],
  ["tag and digest go", "quay.io/cilium/cilium:v1.19.0@sha256:0a1b", "quay.io/cilium/cilium"],
  ["a registry's port is no tag", "localhost:5000/eks/coredns", "localhost:5000/eks/coredns"],
  ["a registry's port stays where a tag goes", "registry.example.com:5000/a/b:c", "registry.example.com:5000/a/b"],
  ["localhost is a registry", "localhost/a", "localhost/a"],
  ["nothing", "", "docker.io/library/"],
])("repository: %s", (_rule, image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

describe("EKS's own registry", () => {
  it.each([
    ["602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns", "eks/coredns"],
    ["602401143452.dkr.ecr-fips.us-east-1.amazonaws.com/eks/coredns", "eks/coredns"],
    ["602401143452.dkr-ecr.eu-west-1.on.aws/eks/coredns", "eks/coredns"],
    ["590381155156.dkr.ecr.eu-south-1.amazonaws.com/amazon-k8s-cni", "amazon-k8s-cni"],
    ["013241004608.dkr.ecr.us-gov-west-1.amazonaws.com/eks/coredns", "eks/coredns"],
    ["918309763551.dkr.ecr.cn-north-1.amazonaws.com.cn/eks/coredns", "eks/coredns"],
  ])("%s is in it", (repository, path) => {
    expect(pathInEksRegistry(repository)).toBe(path);
  });

  it.each([
    ["of any other account", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns"],
    ["of the usual account in a Region where another one is EKS's", "602401143452.dkr.ecr.eu-south-1.amazonaws.com/eks/coredns"],
    ["of a Region's account elsewhere", "590381155156.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns"],
    ["under somebody else's domain", "602401143452.dkr.ecr.eu-west-1.amazonaws.com.example.com/eks/coredns"],
    ["under another partition's domain", "602401143452.dkr.ecr.eu-west-1.amazonaws.com.cn/eks/coredns"],
    ["behind another registry's path", "registry.example.com/602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns"],
    ["without a path", "602401143452.dkr.ecr.eu-west-1.amazonaws.com"],
  ])("none: a repository %s", (_rule, repository) => {
    expect(pathInEksRegistry(repository)).toBeUndefined();
  });
});
