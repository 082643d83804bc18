#!/usr/bin/env bash
# How long does a fresh server take until the first GET is answered, and what does it hold then?
#
#   start.sh <unpacked distribution> [starts] [raw|sdk]
#
# Starts the server that often (11), a new process each time, beside a client that is warm: one that says on a bare socket
# what the Java SDK says (raw), or the Java SDK (sdk). One start more comes first and is not counted; it fills the file
# system's cache and makes the client warm. Prints medians and ranges. See docs/performance.md.
#
#   JAVA_HOME         the server's Java
#   SLUICE_JAVA_OPTS  its options
#   CLIENT_JAVA       the client's java
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

distribution=${1:-}
[ -n "$distribution" ] || die 'usage: start.sh <unpacked distribution> [starts] [raw|sdk]'
[ -x "$distribution/bin/sluice" ] || die "$distribution has no bin/sluice (expected: an unpacked distribution)"
must_be_free "$base_port"
must_be_free $((base_port + 1))
"${CLIENT_JAVA:-$(java_bin)}" -Xmx256m -XX:+UseSerialGC -cp "$classpath" \
    dev.sluice.benchmarks.load.ServerStart "$distribution" "$base_port" "${2:-11}" "${3:-raw}" &
started+=("$!")
wait "$!"
