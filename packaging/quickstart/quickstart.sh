#!/usr/bin/env bash
# Bookinfo, secured at both ends of every flow, on this machine: builds the product, makes a lab of network namespaces with a real
# service and a real agent in each, and shows after every step who can really reach whom. Needs the .NET SDK, iproute2, and root or
# user namespaces. Everything it makes is removed at the end, also after Ctrl-C or a failure.
#
#   quickstart.sh             the whole tour
#   quickstart.sh --keep      the same, and the lab stays up
#   quickstart.sh --down LAB  ends a lab that was kept
#   quickstart.sh --no-build  with the executables of an earlier build
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
manifests=$here/manifests
bin=$root/artifacts/bin
edgectl=$bin/EdgeAgent.Cli/release/edgectl
edgecontrol=$bin/EdgeAgent.ControlPlane/release/edgecontrol
edgeagent=$bin/EdgeAgent.Daemon/release/edgeagent
edgelab=$bin/EdgeAgent.Lab/release/edgelab

control=10.20.1.1
outside=203.0.113.10
server=https://$control:7443
hosts=(ingress productpage details reviews-v1 reviews-v2 reviews-v3 ratings sleep mysqldb)

# What lives for a minute gains nothing from compiling its busy methods a second time.
export DOTNET_TC_CallCountThreshold=7FFF DOTNET_TieredPGO=0

keep=false build=true down=
while [ $# -gt 0 ]; do
    case $1 in
        --keep) keep=true ;;
        --no-build) build=false ;;
        --down) down=${2:?--down needs the name of a lab}; shift ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "quickstart.sh: unknown option '$1'; expected --keep, --no-build, --down LAB or --help" >&2; exit 2 ;;
    esac
    shift
done

say() { printf '%s\n' "$*"; }
headline() { if [ -t 1 ]; then printf '\n\e[1m%s\e[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
now() { local microseconds=${EPOCHREALTIME/[.,]/}; echo $((microseconds / 1000)); }
seconds() { local ms=$(($(now) - $1)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

# Ends processes by number, if they are still what we started.
end_processes() {
    local pid
    for pid in "$@"; do
        case $(readlink "/proc/$pid/exe" 2>/dev/null) in "$bin"/*) kill "$pid" 2>/dev/null || true ;; esac
    done
    for pid in "$@"; do
        for _ in {1..50}; do
            case $(readlink "/proc/$pid/exe" 2>/dev/null) in "$bin"/*) sleep 0.1 ;; *) break ;; esac
        done
        case $(readlink "/proc/$pid/exe" 2>/dev/null) in "$bin"/*) kill -9 "$pid" 2>/dev/null || true ;; esac
    done
}

remove_namespaces() {
    local path
    for path in /run/netns/"$1"-*; do
        [ -e "$path" ] && ip netns del "${path##*/}" || true
    done
}

if [ -n "$down" ]; then
    work=${TMPDIR:-/tmp}/edgeagent-$down
    [ -f "$work/pids" ] || { echo "quickstart.sh: there is no lab '$down' ($work is not there)" >&2; exit 2; }
    mapfile -t pids <"$work/pids"
    end_processes "${pids[@]}"
    remove_namespaces "$down"
    rm -rf "$work"
    say "The lab $down is gone."
    exit 0
fi

for tool in dotnet ip nsenter unshare; do
    command -v $tool >/dev/null || { echo "quickstart.sh: '$tool' is not installed; expected the .NET SDK, iproute2 and util-linux" >&2; exit 2; }
done

if $build && [ -z "${EDGEAGENT_LAB_INSIDE:-}" ]; then
    started=$(now)
    say "Building edgeagent, edgecontrol, edgectl and the lab's tool ..."
    dotnet build "$here/quickstart.slnf" -c Release -v quiet -nologo -clp:NoSummary
    say "Built in $(seconds "$started")."
fi

if [ "$(id -u)" != 0 ] && [ -z "${EDGEAGENT_LAB_INSIDE:-}" ]; then
    unshare -Urnm true 2>/dev/null || { echo "quickstart.sh: not root, and this machine allows no user namespaces; expected one of them (try sudo)" >&2; exit 2; }
    say "Not root: the lab is made inside a user namespace of its own."
    options=(--no-build)
    if $keep; then options+=(--keep); fi
    EDGEAGENT_LAB_INSIDE=1 exec unshare -Urnm "$0" "${options[@]}"
fi
if [ -n "${EDGEAGENT_LAB_INSIDE:-}" ]; then
    # ip netns keeps its names under /run, which belongs to somebody else.
    mount -t tmpfs tmpfs /run
fi

lab=ea$$
work=${TMPDIR:-/tmp}/edgeagent-$lab
nodes=(--prefix "$lab" --hosts "$manifests/0-hosts.yaml" --other "outside=$outside:443" --other "control=$control")
mkdir -m 700 "$work" "$work/logs" "$work/state" "$work/tokens"
pids=()
wrong=0
finished=false

leave() {
    local status=$?
    trap - EXIT INT TERM
    if $finished && $keep; then
        exit "$status"
    fi
    end_processes "${pids[@]}"
    remove_namespaces "$lab"
    if $finished; then
        rm -rf "$work"
    else
        say "" >&2
        say "The tour did not come to its end; what the processes said is in $work/logs." >&2
        [ "$status" != 0 ] || status=1
    fi
    exit "$status"
}
trap leave EXIT
trap 'exit 130' INT TERM

inside() { local name=$1; shift; nsenter "--net=/run/netns/$lab-$name" "$@"; }
ctl() { inside control "$edgectl" --context "$work/state/control/admin.context" "$@"; }

# start NAME LOG COMMAND...: in the network namespace of NAME; nsenter becomes the command, so the process number is the command's.
start() {
    local name=$1 log=$2
    shift 2
    nsenter "--net=/run/netns/$lab-$name" "$@" >>"$work/logs/$log.log" 2>&1 </dev/null &
    pids+=($!)
    printf '%s\n' "$!" >>"$work/pids"
}

space_of() { if [ "$1" = mysqldb ]; then echo vm; else echo default; fi; }

start_agent() {
    start "$1" "$1" "$edgeagent" run --control-plane "$server" --token-file "$work/tokens/$1" --state-dir "$work/state/$1"
    declare -g "agent_${1//-/_}=$!"
}

# realized: waits until every host has proven that its kernel holds the newest policy.
realized() {
    local since
    since=$(now)
    ctl status --wait 30 >"$work/status" || { cat "$work/status"; say "Not every host is realized." >&2; exit 1; }
    say "  $(tail -n 1 "$work/status"), after $(seconds "$since")"
}

# table FILES...: connects for real from everybody to everybody, and compares each connection with what edgectl says from the files alone.
table() {
    local files=() file
    for file in "$@"; do files+=("$manifests/$file"); done
    "$edgectl" connectivity -f "${files[@]}" --probes "$work/probes" -o json >"$work/expected"
    "$edgelab" table "${nodes[@]}" --expected "$work/expected" || wrong=$((wrong + 1))
}

began=$(now)
headline "The lab $lab: ${#hosts[@]} hosts, a control plane, and the world outside"
"$edgelab" up "${nodes[@]}"
"$edgelab" probes "${nodes[@]}" >"$work/probes"
"$edgelab" serve "${nodes[@]}" >>"$work/logs/services.log" 2>&1 </dev/null &
pids+=($!)
printf '%s\n' "$!" >>"$work/pids"
start control edgecontrol "$edgecontrol" --data "$work/state/control" --listen "$control:7443"
until [ -f "$work/state/control/admin.context" ] && inside control bash -c "exec 3<>/dev/tcp/$control/7443" 2>/dev/null; do
    kill -0 "${pids[-1]}" 2>/dev/null || { cat "$work/logs/edgecontrol.log" >&2; exit 1; }
    sleep 0.1
done
ctl apply -f "$manifests/0-hosts.yaml" --note "the hosts" | tail -n 1 | sed 's/^/  /'
say "  one token for each host: it fixes who the host is, and pins the control plane's authority"
for host in "${hosts[@]}"; do ctl token create --namespace "$(space_of "$host")" --name "$host" --ttl 10m >"$work/tokens/$host" 2>>"$work/logs/tokens.log"; done
for host in "${hosts[@]}"; do start_agent "$host"; done
realized
rm -r "$work/tokens"
say "  every channel is mutual TLS; each host made its own key: $(head -c 32 "$work/state/ratings/identity.pem" | head -n 1) in $(stat -c '%A' "$work/state/ratings/identity.pem") identity.pem"

headline "(a) before any policy: all reach all"
table 0-hosts.yaml

headline "(b) default deny: no host is reached"
ctl apply -f "$manifests/1-default-deny.yaml" --note "default deny" | tail -n 1 | sed 's/^/  /'
realized
table 0-hosts.yaml 1-default-deny.yaml

headline "(c) the article's four policies: its edges, on every port, and nobody's way out is limited"
ctl apply -f "$manifests/2-article.yaml" --note "the article's policies" | tail -n 1 | sed 's/^/  /'
realized
table 0-hosts.yaml 1-default-deny.yaml 2-article.yaml

headline "(d) without the three limits: ports, egress, the external service and the legacy database"
ctl apply -f "$manifests/3-without-limits.yaml" --note "both ends, with ports" | tail -n 1 | sed 's/^/  /'
ctl delete -f "$manifests/2-article.yaml" --note "replaced" | tail -n 1 | sed 's/^/  /'
realized
table 0-hosts.yaml 1-default-deny.yaml 3-without-limits.yaml

headline "(e) bookends: the agent at ratings is stopped and its table purged; the intruder's own end still denies"
end_processes "$agent_ratings"
inside ratings "$edgeagent" purge --end-state open --keep-identity --state-dir "$work/state/ratings" | sed 's/^/  ratings: /'
"$edgelab" probes "${nodes[@]}" --only-hosts >"$work/probes"
table 0-hosts.yaml 1-default-deny.yaml 3-without-limits.yaml
"$edgelab" probes "${nodes[@]}" >"$work/probes"
start_agent ratings
realized

headline "(f) damage: another process deletes every table at sleep; the agent puts it back"
inside sleep "$edgelab" flush
for _ in {1..50}; do
    ctl status default/sleep >"$work/status"
    if grep -q '^  drift:' "$work/status"; then break; fi
    sleep 0.1
done
if ! sed -n '/^  drift:/,/^  [^ ]/{/^    /p}' "$work/status" | grep .; then
    say "  WRONG: the damage was not reported"
    wrong=$((wrong + 1))
fi
table 0-hosts.yaml 1-default-deny.yaml 3-without-limits.yaml

headline "(g) what every kernel is proven to hold"
ctl status --wait 10 || wrong=$((wrong + 1))

finished=true
headline "The tour took $(seconds "$began")."
if $keep; then
    cat <<EOF
The lab stays up. Look around:
  export EDGECTL_CONTEXT=$work/state/control/admin.context
  nsenter --net=/run/netns/$lab-control $edgectl status
  nsenter --net=/run/netns/$lab-control $edgectl get policy
  nsenter --net=/run/netns/$lab-control $edgectl explain default/sleep default/ratings TCP/9080
  nsenter --net=/run/netns/$lab-control $edgectl token list
  nsenter --net=/run/netns/$lab-ratings $edgeagent show --state-dir $work/state/ratings
EOF
    if [ -n "${EDGEAGENT_LAB_INSIDE:-}" ]; then
        say "It lives in a user namespace: put 'nsenter -t ${pids[0]} --user --mount --net --preserve-credentials' before each of these."
    fi
    say "What the processes say: $work/logs. End it with: $0 --down $lab"
fi
if [ "$wrong" != 0 ]; then
    say "WRONG: $wrong of the steps did not come out as policy says." >&2
    exit 1
fi
say "Every connection came out as edgectl connectivity says from the manifests alone."
