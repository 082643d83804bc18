#!/usr/bin/env bash
# Documents that are more than memory: a bucket on disk behind a heap of 1 GiB, read uniformly and skewed, beside RocksDB alone
# on the same files. Look-ups bypass the page cache.
#
#   benchmarks/load/larger-than-memory.sh DISTRIBUTION valueOnly|full DOCUMENTS [DIRECTORY]
#
#   SECONDS_EACH  of each measurement (30)        WARMUP_SECONDS  before each (20)
#   CONNECTIONS   with one request in flight (32) RATE_SHARE      of the highest rate for the run at a fixed rate (0.6)
#   VALUE_BYTES   (1024)                          QUOTA           of the bucket (600MiB)
#   WATCH=1       with a detector for blocking calls on event loops, which costs some speed
set -eu
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# -ge 3 ] && [ $(($3 % 8)) -eq 0 ] || die 'expected: DISTRIBUTION valueOnly|full DOCUMENTS [DIRECTORY], with a number that 8 divides'
distribution=$(cd "$1" && pwd)
policy=$2
documents=$3
directory=${4:-$work/data}
seconds=${SECONDS_EACH:-30}
warmup=${WARMUP_SECONDS:-20}
connections=${CONNECTIONS:-32}
value=${VALUE_BYTES:-1024}
vbuckets=128
port=$base_port
cache_mib=64

build_load_generator
must_be_free "$port"
cat >"$work/sluice.json" <<JSON
{
  "data": "$directory",
  "listeners": [{"address": "127.0.0.1:$port"}],
  "buckets": {"default": {"engine": "persistent", "quota": "${QUOTA:-600MiB}", "vbuckets": $vbuckets, "path": "$directory/store",
                          "evictionPolicy": "$policy", "directReads": true, "blockCacheSize": "${cache_mib}MiB"}}
}
JSON
heap='-Xms1g -Xmx1g -XX:+AlwaysPreTouch'
if [ -n "${WATCH:-}" ]; then
    # shellcheck disable=SC2086
    "$(java_bin)" $heap -XX:+AllowRedefinitionToAddDeleteMethods "-Dsluice.home=$distribution" -Dguice_bytecode_gen_option=DISABLED \
        -cp "$distribution/lib/*:$classpath" dev.sluice.benchmarks.load.WatchedServer --config "$work/sluice.json" >"$work/sluice.log" 2>&1 &
else
    SLUICE_ARCHIVE=off SLUICE_JAVA_OPTS=$heap "$distribution/bin/sluice" --config "$work/sluice.json" >"$work/sluice.log" 2>&1 &
fi
server=$!
started+=("$server")
wait_for_port "$port" "$server" sluice

statistics() { # GROUP:NAME ...
    "$(java_bin)" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$classpath" dev.sluice.benchmarks.load.BucketStatistics "$port" "$@"
}
client() {
    "$load" --port "$port" --keys "$documents" --value "$value" --vbuckets "$vbuckets" --random --server-pid "$server" "$@"
}

from=$(date +%s%N)
# Several clients: with full eviction a store waits for a look at the disk's index, and those of one connection go one after the other.
loaders=8
slice=$((documents / loaders))
pids=()
for i in $(seq 0 $((loaders - 1))); do
    "$load" --port "$port" --keys "$slice" --key-base $((i * slice)) --value "$value" --vbuckets "$vbuckets" --random --prefill-only --quiet >/dev/null &
    pids+=("$!")
done
for pid in "${pids[@]}"; do
    wait "$pid" || die 'a loader has failed'
done
statistics --await-zero :ep_queue_size
echo "loaded and durable: $((documents * 1000000 / (($(date +%s%N) - from) / 1000))) documents/s"
# Compaction of what was loaded goes on for a while, and takes what the disk gives.
size=0
for _ in $(seq 60); do
    before=$size
    size=$(statistics :ep_db_file_size)
    [ "$size" != "$before" ] || break
    sleep 10
done
set -- $(statistics :mem_used :ep_kv_size :ep_overhead :curr_items :ep_num_non_resident :ep_db_file_size kvstore:rw_0:write_amplification \
    :ep_commit_num :ep_total_persisted)
echo "memory in use $1 (documents $2, tables $3), documents $4, not resident $5, on disk $6 bytes, write amplification $7, $9 written in $8 commits"

seed=0
measure() { # label, options
    local label=$1 before after
    shift
    seed=$((seed + 2)) # reads that were not made before, or all would be in memory
    # Warming up apart, so that what memory holds is what these reads have left in it.
    client --conns "$connections" --ratio 1:0 --warmup 0 --seconds "$warmup" --seed "$seed" --quiet "$@" || true
    before=($(statistics :ep_bg_fetched))
    client --conns "$connections" --ratio 1:0 --warmup 0 --seconds "$seconds" --seed "$((seed + 1))" --verify --label "$label" --json "$work/run.json" "$@"
    after=($(statistics :ep_bg_fetched :ep_num_non_resident :mem_used))
    awk -v label="$label" -v n="$(field '' ops "$work/run.json")" -v f="$((after[0] - before[0]))" -v d="$documents" -v away="${after[1]}" -v used="${after[2]}" \
        'BEGIN { printf "%s: %d reads, %d from disk, hit rate %.1f %%, resident %.1f %%, memory in use %d\n", label, n, f, 100 * (1 - f / n), 100 * (1 - away / d), used }'
}
for skew in uniform zipf; do
    options=()
    [ $skew = uniform ] || options=(--zipf)
    measure "$skew, closed loop" ${options[@]+"${options[@]}"}
    rate=$(awk -v r="$(field '' ops_s "$work/run.json")" -v s="${RATE_SHARE:-0.6}" 'BEGIN { print int(r * s) }')
    measure "$skew, $rate a second" --rate "$rate" ${options[@]+"${options[@]}"}
done

kill "$server"
wait "$server" || true
grep -A20 -i 'event loop' "$work/sluice.log" || true
for threads in 4 16; do
    "$(java_bin)" -Xmx512m -cp "$classpath" dev.sluice.benchmarks.store.BareReader "$directory/store" "$documents" "$vbuckets" "$cache_mib" "$threads" "$seconds"
done
