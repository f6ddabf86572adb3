#!/usr/bin/env bash
# Prints the folder that holds cilium-verdicts: one of the user's cache, named by what it is made from and never inside the
# work tree, for which it is built once from the Go module proxy. Ends with 3 where there is neither it nor a Go to build it with.
set -euo pipefail
cd "$(dirname "$0")"

version=$(sed -nE 's|^require github.com/cilium/cilium (v[0-9.]+)$|\1|p' go.mod)
[[ -n $version ]] || { echo "go.mod names no version of github.com/cilium/cilium" >&2; exit 1; }
assets=${XDG_CACHE_HOME:-$HOME/.cache}/eks-perimeter/cilium-$version-$(cat main.go go.mod go.sum | cksum | cut -d" " -f1)
if [[ ! -x $assets/cilium-verdicts ]]; then
  command -v go >/dev/null || { echo "no Go: cannot build the policy code of Cilium" >&2; exit 3; }
  echo "building the policy code of Cilium $version, once, into $assets (about 2 minutes on 2 cores)" >&2
  mkdir -p "$assets"
  unfinished=$(mktemp -d "$assets.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  CGO_ENABLED=0 nice go build -buildvcs=false -trimpath -ldflags="-s -w" -o "$unfinished/cilium-verdicts" . >&2
  mv -f "$unfinished/cilium-verdicts" "$assets/" # an interrupted build leaves nothing that looks complete
fi
echo "$assets"
