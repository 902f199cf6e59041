#!/bin/sh
# Stops the brokers of this user that run on this machine: kafka-server-stop.sh [FILE]
# With FILE only the one that was started with that properties file, as its start was given it.
wanted=$1

# Tells whether a command line, its arguments one per line, is that of a broker, and of the wanted one.
is_broker() {
  command_line=$1
  printf '%s\n' "$command_line" | grep -q '/ottla\.cjs$' || return 1
  printf '%s\n' "$command_line" | grep -qx 'start' || return 1
  [ -z "$wanted" ] || printf '%s\n' "$command_line" | grep -qxF -- "$wanted"
}

found=
if [ -r /proc/self/cmdline ]; then
  for process in /proc/[0-9]*; do
    [ -O "$process" ] || continue
    command_line=$(tr '\0' '\n' 2>/dev/null <"$process/cmdline") || continue
    is_broker "$command_line" && found="$found ${process#/proc/}"
  done
else
  for process in $(ps -x -o pid=); do
    command_line=$(ps -o args= -p "$process" | tr ' ' '\n')
    is_broker "$command_line" && found="$found $process"
  done
fi

if [ -z "$found" ]; then
  echo 'No kafka server to stop' >&2
  exit 1
fi
# shellcheck disable=SC2086 # one word per process
kill -TERM $found
