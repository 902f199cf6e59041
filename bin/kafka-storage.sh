#!/bin/sh
# Formats data directories: kafka-storage.sh random-uuid | format -t ID -c FILE [--standalone] | info -c FILE
self=$0
[ -h "$self" ] && self=$(readlink -f "$self")
bin=$(CDPATH= cd -- "$(dirname -- "$self")" && pwd)
exec "$bin/run-node.sh" "$bin/ottla.cjs" storage "$@"
