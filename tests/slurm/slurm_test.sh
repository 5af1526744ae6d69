#!/bin/bash
# slay-bench submit on a real slurmctld and several slurmd: every point once, a task that is killed
# in the middle goes on when it is requeued, and the merged run is that of one machine.
# slurm_test.sh SLAY-BENCH FAKE-ENGINE
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
bench=$1
export SLAY_ENGINE=$2 FAKE_SAMPLE_MS=30
work=$(mktemp -d)
export XDG_DATA_HOME=$work/data
failures=0

check() { # WHAT COMMAND...
    local what=$1
    shift
    if "$@"; then
        echo "ok    $what"
    else
        echo "FAIL  $what: $*"
        failures=$((failures + 1))
    fi
}
quietly() { "$@" >/dev/null 2>&1; }
end() {
    stop_cluster
    if ((failures > 0)); then
        tail -n 20 "$cluster"/*.log "$cluster"/*.out "$work"/job/*.log 2>/dev/null
    fi
    rm -rf "$work"
}
trap end EXIT

cat >"$work/sweep.json" <<'JSON'
{"schema": "slay-preset/1", "name": "sweep", "experiments": ["latency"],
 "variants": ["standard-fused", "linear", "performer"], "device": "cpu",
 "sweep": {"lengths": [16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192], "widths": [64], "heads": [4]},
 "measurement": {"point_seconds": 0.1}}
JSON
points=36 shards=4

finished() { # points with a result in the journals given
    cat "$@" 2>/dev/null | grep -c '"type":"point-finished"'
}
at_least() { (($(finished "${@:2}") >= $1)); }
state_is() { [[ $(scontrol show job "$1" 2>/dev/null | grep -o 'JobState=[A-Z]*' | head -1) == "JobState=$2" ]]; }
no_job() { [[ -z $(squeue -h -u "$(id -un)") ]]; }

start_cluster "$work/cluster" 3 || exit 1
check "the cluster has three nodes" test "$(sinfo -h -o %D -t idle)" = 3

said=$("$bench" submit "$work/sweep.json" --shards $shards --out "$work/job" -- --comment=theirs)
check "submit says the job's id and folder" test "${said% with*}" = "job ${said//[!0-9]*/}$(grep -o '"slurm_id": "[0-9]*"' "$work/job/job.json" | grep -o '[0-9]*')"
id=$(grep -o '"slurm_id": "[0-9]*"' "$work/job/job.json" | grep -o '[0-9]*')
check "sbatch got the user's options" grep -q 'Comment=theirs' <(scontrol show job "$id")
check "a second job does not go into the same folder" test "$("$bench" submit "$work/sweep.json" --shards 2 --out "$work/job" 2>&1 >/dev/null; echo $?)" != 0

# A task killed in the middle, as by a pulled plug.
victim=$work/job/shard-1/journal.jsonl
check "task 1 measures" wait_until 60 at_least 2 "$victim"
check "merge takes what is there" quietly "$bench" merge "$work/job" --out "$work/early"
pid=$(head -c 20 "$work/job/shard-1/.lock" 2>/dev/null | grep -o '^[0-9]*')
kill -KILL "$pid"
before=$(finished "$victim")
check "task 1 was killed in the middle" test "$before" -lt 9

# One that the cluster itself takes back and starts again, as when it is preempted.
preempted=$work/job/shard-2/journal.jsonl
check "task 2 measures" wait_until 60 at_least 2 "$preempted"
scontrol requeue "${id}_2"
check "Slurm knows that task 1 failed" wait_until 30 state_is "${id}_1" FAILED
scontrol requeue "${id}_1"
sleep 3
scontrol update "JobId=${id}_1" StartTime=now 2>/dev/null
scontrol update "JobId=${id}_2" StartTime=now 2>/dev/null

check "all tasks come to their end" wait_until 180 no_job
check "every point was measured, and once" test "$(finished "$work"/job/shard-*/journal.jsonl)" = $points
check "the killed task went on with its journal" grep -q '"type":"run-resumed"' "$victim"
check "so did the one that was taken back" grep -q '"type":"run-resumed"' "$preempted"
check "the others began once" test "$(cat "$work"/job/shard-[34]/journal.jsonl | grep -c '"type":"run-resumed"')" = 0
check "a shape's variants are in one shard" python3 - "$work/job" <<'PY'
import glob, json, sys
where = {}
for path in glob.glob(sys.argv[1] + "/shard-*/journal.jsonl"):
    for line in open(path):
        event = json.loads(line)
        if event["type"] == "run-started":
            for point in event["points"] if "points" in event else event["plan"]["points"]:
                where.setdefault(point["group"], set()).add(path)
assert len(where) == 12 and all(len(paths) == 1 for paths in where.values()), where
PY
"$bench" merge "$work/job" --out "$work/whole" >"$work/merge.txt" 2>&1
check "merge finds no conflict" test $? = 0
check "and one run of all points" test "$(finished "$work/whole/journal.jsonl")" = $points
check "merge says so" grep -q "$points points on Imaginary CPU: $points ok" "$work/merge.txt"

# The same shard once more, and once more on a machine that gives other figures.
FAKE_SAMPLE_MS=0 "$bench" run "$work/job/preset.json" --shard 2/$shards --out "$work/again" >/dev/null 2>&1
check "a shard alone is a run" test "$(finished "$work/again/journal.jsonl")" = "$(finished "$preempted" | head -1)"
check "a shard does not go on with another" test "$("$bench" run "$work/job/preset.json" --shard 3/$shards --resume --out "$work/again" >/dev/null 2>&1; echo $?)" = 65

if ((failures > 0)); then
    cat "$work/merge.txt"
    exit 1
fi
echo "all passed"
