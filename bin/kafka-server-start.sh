#!/bin/sh
# Starts a broker: kafka-server-start.sh [-daemon] FILE [--override key=value]...
self=$0
[ -h "$self" ] && self=$(readlink -f "$self")
bin=$(CDPATH= cd -- "$(dirname -- "$self")" && pwd)

# Files are read, written and flushed by libuv's threads; its own four are too few for many partitions.
UV_THREADPOOL_SIZE=${UV_THREADPOOL_SIZE:-16}
export UV_THREADPOOL_SIZE

if [ "$1" = '-daemon' ]; then
  logs=${LOG_DIR:-"$bin/../logs"}
  mkdir -p -- "$logs" || exit 1
  nohup "$bin/run-node.sh" "$bin/ottla.cjs" start "$@" >"$logs/kafkaServer.out" 2>&1 </dev/null &
  exit 0
fi
exec "$bin/run-node.sh" "$bin/ottla.cjs" start "$@"
