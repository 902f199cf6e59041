# Read by the scripts beside it. Sets home, where the broker lies, and file, the properties file it starts with.
home=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
file=/mnt/shared/config/server.properties
[ -f "$file" ] || file=$home/docker/server.properties
