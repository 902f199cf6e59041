#!/bin/sh
# Starts the broker once, in a directory that is thrown away and on ports that happen to be free, waits until it answers
# and stops it.
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
free_ports="const net = require('net'); const open = [1, 2].map(() => net.createServer().listen(0, '127.0.0.1'));
  setTimeout(() => { console.log(open.map(server => server.address().port).join(' ')); process.exit() }, 50)"
set -- $("$home/bin/run-node.sh" -e "$free_ports")
listeners="PLAINTEXT://127.0.0.1:$1,CONTROLLER://127.0.0.1:$2"
data=$(mktemp -d)
set -- "$home/config/server.properties" --override "log.dirs=$data" --override "listeners=$listeners" \
  --override "controller.quorum.bootstrap.servers=127.0.0.1:$2"

"$home/bin/kafka-server-start.sh" "$@" &
broker=$!
tries=0
until "$home/bin/run-node.sh" "$home/bin/ottla.cjs" health "$@"; do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] && kill -0 "$broker" || exit 1
  sleep 0.5
done
kill -TERM "$broker"
wait "$broker" || exit 1
rm -rf -- "$data"
