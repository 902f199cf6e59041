#!/bin/sh
# Starts a broker: kafka-server-start.sh [-daemon] FILE [--override key=value]...
self=$0
[ -h "$self" ] && self=$(readlink -f "$self")
bin=$(CDPATH= cd -- "$(dirname -- "$self")" && pwd)

if [ "$1" = '-daemon' ]; then
  logs=${LOG_DIR:-"$bin/../logs"}
  mkdir -p -- "$logs" || exit 1
  nohup "$bin/run-node.sh" "$bin/ottla.cjs" start "$@" >"$logs/kafkaServer.out" 2>&1 </dev/null &
  exit 0
fi
exec "$bin/run-node.sh" "$bin/ottla.cjs" start "$@"
