#!/usr/bin/env bash
# Prints the folder that holds kubectl: one of the user's cache, named by the version and never inside the work tree, for which it
# is built once from the Go module proxy. Ends with 3 where there is neither a built one nor a Go to build it with.
set -euo pipefail
cd "$(dirname "$0")"

version=$(sed -nE 's|^\tk8s.io/kubectl (v[0-9.]+)$|\1|p' go.mod)
[[ -n $version ]] || { echo "go.mod names no version of k8s.io/kubectl" >&2; exit 1; }
assets=${XDG_CACHE_HOME:-$HOME/.cache}/eks-perimeter/kubectl-$version
if [[ ! -x $assets/kubectl ]]; then
  command -v go >/dev/null || { echo "no Go: cannot build kubectl" >&2; exit 3; }
  echo "building kubectl $version, once, into $assets (about a minute on 2 cores)" >&2
  mkdir -p "$assets"
  unfinished=$(mktemp -d "$assets.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -buildvcs=false -trimpath -ldflags="-s -w" -o "$unfinished/kubectl" . >&2
  mv -f "$unfinished/kubectl" "$assets/"
fi
echo "$assets"
