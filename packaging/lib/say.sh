# shellcheck shell=bash
# How the scripts speak: one line a step, progress while it lasts, the reason when it fails.

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# 3725 -> 1 h 02 min; 312 -> 5 min 12 s; 9 -> 9 s
duration() {
    local seconds=$1
    if ((seconds >= 3600)); then
        printf '%d h %02d min' $((seconds / 3600)) $((seconds % 3600 / 60))
    elif ((seconds >= 60)); then
        printf '%d min %02d s' $((seconds / 60)) $((seconds % 60))
    else
        printf '%d s' "$seconds"
    fi
}

# The last line of a log, short enough for the screen.
last_line() {
    local line
    line=$(tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1) || true
    printf '%s' "${line:0:70}"
}

# Runs in the background of a step: on a terminal a line that stays up to date, elsewhere one line
# every half minute.
show_progress() {
    local title=$1 log=$2 began=$SECONDS
    # The sleeps let go of the output, so that a pipe behind the script closes with it.
    while kill -0 $$ 2>/dev/null; do
        if [[ -t 1 ]]; then
            sleep 1 >/dev/null 2>&1
            printf '\r\033[K%s (%s) %s' "$title" "$(duration $((SECONDS - began)))" "$(last_line "$log")"
        else
            sleep 30 >/dev/null 2>&1
            printf '  %s: %s\n' "$(duration $((SECONDS - began)))" "$(last_line "$log")"
        fi
    done
}

# step TITLE LOG COMMAND...: the command's output goes to LOG; its end is shown when it fails.
step() {
    local title=$1 log=$2 began=$SECONDS status=0 ticker
    shift 2
    mkdir -p "${log%/*}"
    : >"$log"
    if [[ -t 1 ]]; then printf '%s' "$title"; else say "$title"; fi
    show_progress "$title" "$log" 9>&- & # a lock on 9 is not its to hold
    ticker=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    if [[ -t 1 ]]; then printf '\r\033[K%s (%s)\n' "$title" "$(duration $((SECONDS - began)))"; fi
    if ((status != 0)); then
        tail -n 40 "$log" >&2
        fail "that failed (exit status $status) after $(duration $((SECONDS - began))); all of its output is in $log"
    fi
}
