#!/usr/bin/env bash
# Clients that ask for everything and stop reading: starts Sluice, and SlowScanClients beside it.
#
#   slow-scans.sh <unpacked distribution> <documents> <value bytes> <clients> <pause seconds>
#
#   READERS=1     how many clients share the 2,000 GETs a second
#   WARM_SCANS=20 how many whole scans are read before anything is measured; with 0 the server compiles its code while it
#                 fills the sockets of all clients, on the same core
#   JAVA_HOME, HEAP=4g, QUOTA=2GiB, COLLECTOR=-XX:+UseParallelGC, SERVER_CORE=0, CLIENT_CORE=1
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# -eq 5 ] || die 'usage: slow-scans.sh <unpacked distribution> <documents> <value bytes> <clients> <pause seconds>'
port=$base_port
start_sluice "$1" "$port" "${QUOTA:-2GiB}" "${SERVER_CORE:-0}" \
    "-Xms${HEAP:-4g} -Xmx${HEAP:-4g} ${COLLECTOR:--XX:+UseParallelGC} -XX:NativeMemoryTracking=summary"
timeout $(($5 + 900)) taskset -c "${CLIENT_CORE:-1}" "$(java_bin)" -Xmx512m -XX:+UseSerialGC -cp "$classpath" \
    dev.sluice.benchmarks.load.SlowScanClients 127.0.0.1 "$port" "$2" "$3" "$4" "$5" "$sluice_pid" \
    "${READERS:-1}" "${WARM_SCANS:-20}"
