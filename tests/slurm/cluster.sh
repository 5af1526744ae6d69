# shellcheck shell=bash
# A Slurm cluster of this machine alone, with daemons, keys, ports and spool of its own in a folder:
# start_cluster FOLDER NODES, stop_cluster. Needs root, munged, slurmctld and slurmd.

free_ports() { # COUNT ports in a row that nobody listens on
    python3 - "$1" <<'PY'
import random, socket, sys
count = int(sys.argv[1])
for _ in range(200):
    base = random.randrange(20000, 50000)
    held = []
    try:
        for i in range(count):
            s = socket.socket()
            s.bind(("127.0.0.1", base + i))
            held.append(s)
        print(base)
        break
    except OSError:
        pass
    finally:
        for s in held:
            s.close()
PY
}

start_cluster() {
    cluster=$1
    local nodes=$2 base host
    host=$(hostname -s)
    base=$(free_ports $((nodes + 1)))
    mkdir -p "$cluster/state" "$cluster/munge"
    chmod 755 "$cluster"
    chmod 700 "$cluster/munge"
    head -c 128 /dev/urandom >"$cluster/munge/key"
    chmod 400 "$cluster/munge/key"
    munged --force --foreground --socket="$cluster/munge/socket" --key-file="$cluster/munge/key" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" \
        --seed-file="$cluster/munge/seed" >"$cluster/munged.log" 2>&1 &
    cluster_pids=($!)
    cat >"$cluster/slurm.conf" <<CONF
ClusterName=slay-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool-%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/linear
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=100000,bf_interval=1
KillWait=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
NodeName=slay[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((base + 1))-$((base + nodes))] CPUs=1 RealMemory=100 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$cluster/slurm.conf
    wait_until 20 test -S "$cluster/munge/socket"
    slurmctld -D >"$cluster/slurmctld.out" 2>&1 &
    cluster_pids+=($!)
    local n
    for ((n = 1; n <= nodes; n++)); do
        mkdir -p "$cluster/spool-slay$n"
        slurmd -D -N "slay$n" >"$cluster/slurmd-$n.out" 2>&1 &
        cluster_pids+=($!)
    done
    wait_until 60 all_idle "$nodes"
}

all_idle() { [[ $(sinfo -h -o '%D' -t idle 2>/dev/null) == "$1" ]]; }

stop_cluster() {
    local pid
    scancel --user="$(id -un)" 2>/dev/null
    for pid in "${cluster_pids[@]}"; do kill "$pid" 2>/dev/null; done
    for pid in "${cluster_pids[@]}"; do wait "$pid" 2>/dev/null; done
}

wait_until() { # SECONDS COMMAND...
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        if ((SECONDS >= until)); then
            echo "did not come about: $*" >&2
            return 1
        fi
        sleep 0.2
    done
}
