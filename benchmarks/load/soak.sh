#!/usr/bin/env bash
# Fifty connections that get and set for ten minutes: does anything grow, and does anything fail?
#
#   soak.sh <unpacked distribution> [minutes]
#
# Looks at the server every half minute: heap after a full collection, direct memory, resident memory, threads and open
# files. Ends with 1 if the load generator saw an error, or if at the end threads, files or memory are more than they were
# after the first minute. Connections come and go: each minute is a run of its own.
#
#   JAVA_HOME, HEAP=1g, COLLECTOR=-XX:+UseG1GC, CLIENT_CORE=1, SERVER_CORE=0, INTERVAL_SECONDS=60
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

distribution=${1:-}
minutes=${2:-10}
[ -n "$distribution" ] || die 'usage: soak.sh <unpacked distribution> [minutes]'
interval=${INTERVAL_SECONDS:-60}
port=$base_port
keys=200000

build_load_generator
start_sluice "$distribution" "$port" 400MiB "${SERVER_CORE:-0}" \
    "-Xms${HEAP:-1g} -Xmx${HEAP:-1g} ${COLLECTOR:--XX:+UseG1GC} -XX:NativeMemoryTracking=summary -XX:+AlwaysPreTouch"
"$load" --port "$port" --prefill-only --keys "$keys" --quiet || die 'the prefill was refused'

number() { # name, line
    printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

failures=0
first='' line=''
for minute in $(seq "$minutes"); do
    timeout $((interval + 60)) taskset -c "${CLIENT_CORE:-1}" "$load" --port "$port" --conns 50 --pipeline 4 --ratio 80:20 \
        --keys "$keys" --verify --warmup 0 --seconds "$interval" --label "minute $minute" || failures=$((failures + 1))
    kill -0 "$sluice_pid" 2>/dev/null || die "the server has ended: $(tail -n 3 "$work/sluice.log")"
    line=$(probe "$sluice_pid" memory) || die 'cannot look into the server'
    printf 'minute %s: %s\n' "$minute" "$line"
    [ -n "$first" ] || first=$line
done

# Heap and resident memory may wander by so much; threads and files not at all.
grown() { # name, bytes allowed
    local before after
    before=$(number "$1" "$first")
    after=$(number "$1" "$line")
    if [ $((after - before)) -gt "$2" ]; then
        printf '%s has grown from %s to %s (allowed: %s)\n' "$1" "$before" "$after" "$2"
        failures=$((failures + 1))
    fi
}
grown heap $((8 << 20))
grown other $((8 << 20))
grown resident $((128 << 20))
grown threads 0
grown descriptors 0
printf 'server log: %s lines\n' "$(wc -l <"$work/sluice.log")"
grep -E ' (WARN|ERROR) ' "$work/sluice.log" && failures=$((failures + 1))
if [ "$failures" -ne 0 ]; then
    printf 'soak: %s problems\n' "$failures"
    exit 1
fi
printf 'soak: good\n'
