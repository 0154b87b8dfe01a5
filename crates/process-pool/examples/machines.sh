#!/usr/bin/env bash
# Three machines without having them: a server with a coordinator and a worker on `near`, and
# a worker each on `far-1` and `far-2`, which reach it over links with a delay and with loss.
#
#   crates/process-pool/examples/machines.sh [ROUND_TRIP_MS [LOSS_PERCENT [ARGUMENT…]]]
#
# The arguments are those of process-pool; without any, the job is 600 tasks that wait 5 ms.
# Each machine is a network namespace with a host name of its own. All of them, and every
# process in them, end with this script, however it ends. Exit code 77: this machine can't.
set -euo pipefail
cd "$(dirname "$0")/../../.."

round_trip=${1:-20} loss=${2:-0}
jobs=("${@:3}")
[ ${#jobs[@]} -gt 0 ] || jobs=(--noop --wait 5ms --ranges 600)
program=${CARGO_TARGET_DIR:-target}/release/process-pool

say() { echo "machines: $*" >&2; }
cannot() { say "$@"; exit 77; }
have() { command -v "$1" >/dev/null 2>&1; }
is_number() { [[ $1 =~ ^[0-9]+(\.[0-9]+)?$ ]]; }

if [ "${INTERLEAVE_MACHINES:-}" != inside ]; then
  is_number "$round_trip" && is_number "$loss" || {
    say "a round trip is milliseconds, and loss is per cent: machines.sh 20 1"
    exit 2
  }
  have ip && have tc || cannot "needs ip and tc: apt-get install iproute2"
  have hostname || cannot "needs hostname: apt-get install hostname"
  have unshare && have nsenter || cannot "needs unshare and nsenter: apt-get install util-linux"
  [ -x "$program" ] || cannot "needs $program: cargo build --release -p process-pool"
  server=target/peers/bin/nats-server
  [ -x "$server" ] || server=$(command -v nats-server) ||
    cannot "needs nats-server: cargo run --release -- peers"
  spaces=(--net --mount --uts --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" = 0 ] || spaces=(--user --map-root-user "${spaces[@]}")
  unshare "${spaces[@]}" true 2>/dev/null ||
    cannot "needs root, or a kernel where users may make namespaces: sudo just machines"
  export INTERLEAVE_MACHINES=inside INTERLEAVE_SERVER=$server
  scratch=$(mktemp -d)
  export INTERLEAVE_SCRATCH=$scratch
  trap 'rm -rf "$scratch"' EXIT
  # They reach those inside as well; here, what was made is removed first.
  trap : INT TERM
  code=0
  unshare "${spaces[@]}" "$0" "$round_trip" "$loss" "${jobs[@]}" || code=$?
  exit "$code"
fi

trap 'exit 130' INT
trap 'exit 143' TERM
scratch=$INTERLEAVE_SCRATCH

# A command on a machine, of which the first process there is known.
on() { nsenter --target "$1" --net --uts -- "${@:2}"; }

hostname near
ip link set lo up
half=$(awk "BEGIN { print $round_trip / 2 }")
line=()
far=()
for index in 1 2; do
  unshare --net --uts sleep infinity &
  far+=($!)
  # Until it has its own.
  until [ "$(readlink "/proc/$!/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
    [ "$(readlink "/proc/$!/ns/uts")" != "$(readlink /proc/self/ns/uts)" ]; do
    sleep 0.01
  done
  on $! hostname "far-$index"
  ip link add "far-$index" type veth peer name near netns $!
  ip address add "10.77.$index.1/24" dev "far-$index"
  ip link set "far-$index" up
  on $! ip address add "10.77.$index.2/24" dev near
  on $! ip link set near up
  on $! ip link set lo up
  # A delay and loss at each end of the link; both delays are the round trip.
  worse=(root netem delay "${half}ms" loss "$loss%")
  if [ ${#line[@]} = 0 ] && tc qdisc add dev "far-$index" "${worse[@]}" 2>"$scratch/tc"; then
    on $! tc qdisc add dev near "${worse[@]}"
  else
    # The same delay, by what the workers bring themselves.
    line=(--delay "${round_trip}ms")
  fi
done
[ ${#line[@]} = 0 ] ||
  say "no netem ($(tail -n 1 "$scratch/tc")): \`worker --delay\` delays, and nothing is lost;" \
    "modprobe sch_netem brings it where the kernel has it"

"$INTERLEAVE_SERVER" -js -sd "$scratch/streams" -a 0.0.0.0 -l "$scratch/server" &
until (: </dev/tcp/127.0.0.1/4222) 2>/dev/null; do
  kill -0 $! 2>/dev/null || { tail -n 1 "$scratch/server" >&2; exit 1; }
  sleep 0.01
done
for index in 1 2; do
  : >"$scratch/far-$index"
  on "${far[index - 1]}" "$program" worker --nats "nats://10.77.$index.1" --workers 1 \
    "${line[@]}" 2>"$scratch/far-$index" &
  until grep -q 'waits for runs' "$scratch/far-$index"; do
    kill -0 $! 2>/dev/null || { cat "$scratch/far-$index" >&2; exit 1; }
    sleep 0.01
  done
done

say "a round trip of $round_trip ms between near and each of far-1 and far-2"
"$program" --variants nats --nats nats://127.0.0.1 --workers 1 "${jobs[@]}" --all \
  >"$scratch/out" || { code=$?; cat "$scratch/out"; exit "$code"; }
grep -v ', by process [0-9]* on ' "$scratch/out" || true
grep -o ', by process [0-9]* on .*' "$scratch/out" | sed 's/.* on //' | sort | uniq -c |
  awk '{ printf "  on %-6s %d tasks\n", $2, $1; seen++ } END { exit seen != 3 }' || {
  say "not every machine had a task"
  exit 1
}
