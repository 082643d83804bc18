#!/usr/bin/env bash
# How many documents a second a bucket on disk makes durable, and how many RocksDB alone does with batches of that size and a sync
# for each.
#
#   benchmarks/load/durable-writes.sh DISTRIBUTION [DOCUMENTS [DIRECTORY]]
#
#   VALUE_BYTES (1024)   HEAP (3g)   QUOTA (1600MiB)   POLICY (valueOnly)   RUNS (3)
set -eu
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ $# -ge 1 ] || die 'expected: DISTRIBUTION [DOCUMENTS [DIRECTORY]]'
distribution=$(cd "$1" && pwd)
documents=${2:-1000000}
directory=${3:-$work/data}
value=${VALUE_BYTES:-1024}
vbuckets=128
port=$base_port

build_load_generator

statistics() { # GROUP:NAME ...
    "$(java_bin)" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$classpath" dev.sluice.benchmarks.load.BucketStatistics "$port" "$@"
}

# Writes all documents once and prints "rate batch"; the server is warm from the run before, where there was one.
write_all() { # what
    local from before after
    before=($(statistics :ep_commit_num :ep_total_persisted))
    from=$(date +%s%N)
    # Two clients, or one connection's event loop is what is measured.
    local half=$((documents / 2)) first second
    "$load" --port "$port" --keys "$half" --value "$value" --vbuckets "$vbuckets" --random --prefill-only --quiet >/dev/null &
    first=$!
    "$load" --port "$port" --keys "$half" --key-base "$half" --value "$value" --vbuckets "$vbuckets" --random --prefill-only --quiet >/dev/null &
    second=$!
    wait "$first" "$second"
    statistics --await-zero :ep_queue_size
    local took=$(($(date +%s%N) - from))
    after=($(statistics :ep_commit_num :ep_total_persisted kvstore:rw_0:write_amplification kvstore:rw_0:disk_size kvstore:rw_0:live_data_size))
    local commits=$((after[0] - before[0])) persisted=$((after[1] - before[1]))
    batch=$((persisted / commits))
    rate=$((documents * 1000 / (took / 1000000)))
    echo "$1: $rate documents/s durable, $persisted written in $commits batches of $batch, write amplification ${after[2]}, $((after[3] >> 20)) MiB on disk, live $((after[4] >> 20)) MiB"
}

for run in $(seq "${RUNS:-3}"); do
    must_be_free "$port"
    cat >"$work/sluice.json" <<JSON
{
  "data": "$directory-$run",
  "listeners": [{"address": "127.0.0.1:$port"}],
  "buckets": {"default": {"engine": "persistent", "quota": "${QUOTA:-1600MiB}", "vbuckets": $vbuckets,
                          "evictionPolicy": "${POLICY:-valueOnly}", "directReads": true}}
}
JSON
    SLUICE_ARCHIVE=off SLUICE_JAVA_OPTS="-Xms${HEAP:-3g} -Xmx${HEAP:-3g} -XX:+AlwaysPreTouch" \
        "$distribution/bin/sluice" --config "$work/sluice.json" >"$work/sluice.log" 2>&1 &
    server=$!
    started+=("$server")
    wait_for_port "$port" "$server" sluice
    write_all "run $run, new documents"
    fresh=$rate
    fresh_batch=$batch
    write_all "run $run, all of them again"
    kill "$server"
    wait "$server" || true
    rm -rf "$directory-$run"
    for threads in 1 4; do
        "$(java_bin)" -Xmx512m -cp "$classpath" dev.sluice.benchmarks.store.BareWriter \
            "$directory-bare" "$documents" "$value" "$fresh_batch" "$threads" | tee "$work/bare.log"
        rm -rf "$directory-bare"*
        awk -v fresh="$fresh" '{ for (i = 1; i <= NF; i++) if ($i == "documents/s") { r = $(i-1); gsub(",", "", r); printf "  Sluice / this: %.2f\n", fresh / r } }' "$work/bare.log"
    done
done
