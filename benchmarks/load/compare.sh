#!/usr/bin/env bash
# Sluice beside memcached and beside a Netty responder that stores nothing, on one machine in the same minutes.
#
#   compare.sh <unpacked distribution>
#
# Each server has one core and one thread for its sockets, the load generator another core. Every workload is run RUNS
# times, the servers taking turns, so that whatever else the machine does meets them alike. See docs/performance.md.
#
#   RUNS=5 SECONDS_EACH=10 WARMUP_SECONDS=20 KEYS=100000  how much
#   SERVER_CORE=0 CLIENT_CORE=1                           where
#   JAVA_HOME, HEAP=2g, COLLECTOR=-XX:+UseParallelGC      which Java, and how
set -u
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

distribution=${1:-}
[ -n "$distribution" ] || die 'usage: compare.sh <unpacked distribution>'
runs=${RUNS:-5}
seconds=${SECONDS_EACH:-10}
warmup=${WARMUP_SECONDS:-20}
keys=${KEYS:-100000}
server_core=${SERVER_CORE:-0}
client_core=${CLIENT_CORE:-1}
java_options="-Xms${HEAP:-2g} -Xmx${HEAP:-2g} ${COLLECTOR:--XX:+UseParallelGC} -XX:+AlwaysPreTouch"
command -v memcached >/dev/null || die 'memcached is not installed'

servers=(sluice memcached bare)
declare -A port=([sluice]=$base_port [memcached]=$((base_port + 1)) [bare]=$((base_port + 2)))
declare -A pid
workloads=(mixed mixed-32 get set)
declare -A load_options=(
    [mixed]='--ratio 90:10 --pipeline 1'
    [mixed-32]='--ratio 90:10 --pipeline 32'
    [get]='--ratio 1:0 --pipeline 1'
    [set]='--ratio 0:1 --pipeline 1'
)

start_servers() {
    start_sluice "$distribution" "${port[sluice]}" 768MiB "$server_core" "$java_options"
    pid[sluice]=$sluice_pid

    must_be_free "${port[memcached]}"
    taskset -c "$server_core" memcached -t 1 -m 1024 -c 1024 -l 127.0.0.1 -p "${port[memcached]}" -U 0 -B binary \
        -u "$(id -un)" >"$work/memcached.log" 2>&1 &
    pid[memcached]=$!
    started+=("${pid[memcached]}")
    wait_for_port "${port[memcached]}" "${pid[memcached]}" memcached

    must_be_free "${port[bare]}"
    # shellcheck disable=SC2086
    taskset -c "$server_core" "$(java_bin)" $java_options -cp "$classpath" dev.sluice.benchmarks.load.BareResponder \
        "${port[bare]}" 1 >"$work/bare.log" 2>&1 &
    pid[bare]=$!
    started+=("${pid[bare]}")
    wait_for_port "${port[bare]}" "${pid[bare]}" bare
}

client() { # server, further options
    local server=$1
    shift
    timeout $((seconds + warmup + 60)) taskset -c "$client_core" "$load" --port "${port[$server]}" --conns 50 --threads 1 \
        --keys "$keys" --keylen 30 --value 100 --quiet "$@" ||
        die "the load generator failed on $server ($*)"
}

allocated() {
    taskset -c "$client_core" bash -c 'exec "$@"' _ "$(java_bin)" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -cp "$classpath" dev.sluice.benchmarks.load.ServerProbe "${pid[sluice]}" allocated | sed 's/allocated=//'
}

# One measured run. Connections are set up within the figures, the warm-up is not: it was a run of its own.
measure() { # workload, server
    local json=$work/run.json before=0 after=0
    rm -f "$json"
    if [ "$2" = sluice ]; then before=$(allocated); fi
    # shellcheck disable=SC2086
    client "$2" ${load_options[$1]} --seconds "$seconds" --warmup 0 --server-pid "${pid[$2]}" --json "$json"
    if [ "$2" = sluice ]; then after=$(allocated); fi
    [ -n "$before" ] && [ -n "$after" ] || die 'cannot look into Sluice'
    printf '%s %s %s %s %s %s %s %s\n' "$1" "$2" "$(field '' ops_s "$json")" "$(field all p50_us "$json")" \
        "$(field all p99_us "$json")" "$(field '' server_cpu_pct "$json")" "$(field '' client_cpu_pct "$json")" \
        "$(awk -v a="$before" -v b="$after" -v n="$(field '' ops "$json")" 'BEGIN {printf "%.1f", n ? (b - a) / n : 0}')" \
        >>"$work/results"
}

report() {
    awk '
        function sorted(list, values,    n, i, j, t) {
            n = split(list, values, " ")
            for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++)
                if (values[j] + 0 < values[i] + 0) { t = values[i]; values[i] = values[j]; values[j] = t }
            return n
        }
        function median(list,    v, n) { n = sorted(list, v); return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
        function least(list,    v) { sorted(list, v); return v[1] }
        function most(list,    v, n) { n = sorted(list, v); return v[n] }
        {
            key = $1 " " $2
            if (!($1 in seen)) { order[++workloads] = $1; seen[$1] = 1 }
            ops[key] = ops[key] " " $3; p50[key] = p50[key] " " $4; p99[key] = p99[key] " " $5
            cpu[key] = cpu[key] " " $6; client[key] = client[key] " " $7; bytes[key] = bytes[key] " " $8
            rate[$1, $2, ++runs[key]] = $3
        }
        END {
            print "| Workload | Server | ops/s, median (min..max) | p50 us | p99 us | server CPU % | client CPU % | allocated B/op |"
            print "| --- | --- | --- | --- | --- | --- | --- | --- |"
            count = split("sluice memcached bare", names, " ")
            for (w = 1; w <= workloads; w++) for (s = 1; s <= count; s++) {
                key = order[w] " " names[s]
                printf "| %s | %s | %.0f (%.0f..%.0f) | %.0f | %.0f | %.0f | %.0f | %s |\n", order[w], names[s], median(ops[key]),
                    least(ops[key]), most(ops[key]), median(p50[key]), median(p99[key]), median(cpu[key]), median(client[key]),
                    names[s] == "sluice" ? sprintf("%.1f", median(bytes[key])) : ""
            }
            print ""
            print "| Workload | Sluice / memcached, each run | median | Sluice / bare, each run | median |"
            print "| --- | --- | --- | --- | --- |"
            for (w = 1; w <= workloads; w++) {
                a = b = ""
                for (r = 1; r <= runs[order[w] " sluice"]; r++) {
                    a = a sprintf(" %.2f", rate[order[w], "sluice", r] / rate[order[w], "memcached", r])
                    b = b sprintf(" %.2f", rate[order[w], "sluice", r] / rate[order[w], "bare", r])
                }
                printf "| %s |%s | %.2f |%s | %.2f |\n", order[w], a, median(a), b, median(b)
            }
        }' "$work/results"
}

build_load_generator
start_servers
for server in "${servers[@]}"; do
    client "$server" --prefill-only
    # Each workload in turn, so that the compiler has seen all of them before anything is measured.
    for workload in "${workloads[@]}"; do
        # shellcheck disable=SC2086
        client "$server" ${load_options[$workload]} --seconds $(((warmup + 3) / 4)) --warmup 0
    done
done
for workload in "${workloads[@]}"; do
    for run in $(seq "$runs"); do
        printf '%s, run %s of %s\n' "$workload" "$run" "$runs" >&2
        for server in "${servers[@]}"; do
            measure "$workload" "$server"
        done
    done
done
printf '%s; %s; %s; %s keys, %s x %s s\n\n' "$("$(java_bin)" -version 2>&1 | head -n 1)" "$(memcached -V)" "$java_options" \
    "$keys" "$runs" "$seconds"
report
