#!/bin/sh
# Starts the broker with the file that is mounted, else with the image's own, and the environment over it: KAFKA_ and the
# key, "_" for ".", "__" for "_", "___" for "-". CLUSTER_ID names the cluster of a fresh volume. Further arguments are
# those of kafka-server-start.sh.
. "$(dirname -- "$0")/properties-file.sh"
exec "$home/bin/kafka-server-start.sh" --from-environment "$file" "$@"
