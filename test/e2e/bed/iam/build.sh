#!/usr/bin/env bash
# Prints the folder, one of the user's cache, into which the IAM simulator is installed once. Named by the lock file. Ends with 3
# where there is no npm.
set -euo pipefail
cd "$(dirname "$0")/simulator"

read -r key _ < <(sha256sum package-lock.json)
simulator=${XDG_CACHE_HOME:-$HOME/.cache}/eks-perimeter/iam-simulator-${key:0:16}
if [[ ! -d $simulator ]]; then
  command -v npm >/dev/null || { echo "no npm: cannot install the IAM simulator" >&2; exit 3; }
  echo "installing the IAM simulator, once, into $simulator" >&2
  mkdir -p "${simulator%/*}"
  unfinished=$(mktemp -d "$simulator.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  cp package.json package-lock.json "$unfinished"
  npm ci --prefix "$unfinished" --ignore-scripts --no-audit --no-fund >"$unfinished/log" 2>&1 || { tail -n 40 "$unfinished/log" >&2; exit 1; }
  mv -T "$unfinished" "$simulator" # all or nothing: an install that was interrupted leaves nothing that looks complete
fi
echo "$simulator"
