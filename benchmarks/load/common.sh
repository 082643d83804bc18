# What the load scripts share: starting servers, waiting for them, ending what was started. Sourced, not run.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
benchmarks=$(dirname "$here")
work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-load.XXXXXX")
started=()

die() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

cleanup() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null
    done
    for pid in "${started[@]}"; do
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null
    done
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

java_bin() {
    if [ -n "${JAVA_HOME:-}" ]; then echo "$JAVA_HOME/bin/java"; else command -v java; fi
}

# The classes of this module and all they need, built by: mvn -q package -DskipTests -pl benchmarks -am
classpath="$benchmarks/target/classes:$benchmarks/target/lib/*"
[ -d "$benchmarks/target/lib" ] || die 'not built (run: mvn -q package -DskipTests)'

probe() { # pid, what
    "$(java_bin)" -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$classpath" dev.sluice.benchmarks.load.ServerProbe "$@"
}

build_load_generator() {
    load=$work/mcbpload
    gcc -O2 -pthread -o "$load" "$here/mcbpload.c" -lm || die 'cannot build the load generator'
}

# Ports are taken upwards from here.
base_port=${BASE_PORT:-21500}

must_be_free() { # port
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then die "port $1 is taken (choose others with BASE_PORT)"; fi
}

wait_for_port() { # port, pid, name
    local _
    for _ in $(seq 300); do
        kill -0 "$2" 2>/dev/null || die "$3 has ended before it was ready: $(tail -n 3 "$work/$3.log")"
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return; fi
        sleep 0.1
    done
    die "$3 does not listen on port $1 after 30 s"
}

# Starts Sluice from an unpacked distribution; the process is in sluice_pid.
start_sluice() { # distribution, port, quota, core, options for Java
    local config=$work/sluice.json
    must_be_free "$2"
    [ -x "$1/bin/sluice" ] || die "$1 has no bin/sluice (expected: an unpacked distribution)"
    cat >"$config" <<JSON
{
  "listeners": [{"address": "127.0.0.1:$2"}],
  "buckets": {"default": {"engine": "memory", "quota": "$3", "flush": true}},
  "threads": {"eventLoops": ${EVENT_LOOPS:-1}}
}
JSON
    SLUICE_JAVA_OPTS=$5 taskset -c "$4" "$1/bin/sluice" --config "$config" >"$work/sluice.log" 2>&1 &
    sluice_pid=$!
    started+=("$sluice_pid")
    wait_for_port "$2" "$sluice_pid" sluice
}

# A number out of the load generator's JSON: field "$2" of object "$1", or of the outermost where "$1" is empty.
field() { # object, name, file
    if [ -n "$1" ]; then
        sed -n "s/.*\"$1\":{[^}]*\"$2\":\\([0-9.]*\\).*/\\1/p" "$3" | tail -n 1
    else
        sed -n "s/.*\"$2\":\\([0-9.]*\\).*/\\1/p" "$3" | tail -n 1
    fi
}
