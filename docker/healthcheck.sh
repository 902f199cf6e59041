#!/bin/sh
# Asks the broker of this container for its API versions: 0 when it answers.
. "$(dirname -- "$0")/properties-file.sh"
exec "$home/bin/run-node.sh" "$home/bin/ottla.cjs" health --from-environment "$file"
