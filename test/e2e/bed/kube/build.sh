#!/usr/bin/env bash
# Prints the folder that holds kube-apiserver and etcd: KUBEBUILDER_ASSETS where that is set, else one of the user's cache,
# named by the version and never inside the work tree, for which both are built once from the Go module proxy.
# Ends with 3 where there is neither a built pair nor a Go to build it with.
set -euo pipefail
cd "$(dirname "$0")"

version=$(sed -nE 's|^\tk8s.io/kubernetes (v[0-9.]+)$|\1|p' go.mod)
[[ -n $version ]] || { echo "go.mod names no version of k8s.io/kubernetes" >&2; exit 1; }
assets=${KUBEBUILDER_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/eks-perimeter/kube-$version}
if [[ ! -x $assets/kube-apiserver || ! -x $assets/etcd ]]; then
  [[ -z ${KUBEBUILDER_ASSETS:-} ]] || { echo "KUBEBUILDER_ASSETS=$assets holds no kube-apiserver and etcd" >&2; exit 1; }
  command -v go >/dev/null || { echo "no Go and no KUBEBUILDER_ASSETS: cannot build kube-apiserver and etcd" >&2; exit 3; }
  echo "building kube-apiserver $version and etcd, once, into $assets (about 4 minutes on 2 cores)" >&2
  mkdir -p "$assets"
  unfinished=$(mktemp -d "$assets.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -buildvcs=false -trimpath -ldflags="-s -w -X k8s.io/component-base/version.gitVersion=$version" \
    -o "$unfinished/" ./kube-apiserver ./etcd >&2
  mv -f "$unfinished"/* "$assets/" # both or none: a build that was interrupted leaves nothing that looks complete
fi
echo "$assets"
