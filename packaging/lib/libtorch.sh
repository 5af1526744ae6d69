# shellcheck shell=bash
# LibTorch, once per user: wheels pinned by hash, unpacked side by side into one folder, because
# torch/lib finds NVIDIA's libraries by ../../nvidia/*/lib.

LIBTORCH_HOME="${XDG_CACHE_HOME:-$HOME/.cache}/slay-workbench/libtorch-2.11.0-cu130"
PINS="$ROOT/packaging/libtorch"

# A LibTorch that the user names is taken as it is (the build says when it does not serve).
user_names_libtorch() {
    [[ -n ${SLAY_LIBTORCH:-} ]] && return 0
    local folder
    while IFS= read -r -d : folder; do
        [[ -e $folder/share/cmake/Torch/TorchConfig.cmake ]] && return 0
        [[ -e $folder/torch/share/cmake/Torch/TorchConfig.cmake ]] && return 0
    done <<<"${CMAKE_PREFIX_PATH:-}:"
    return 1
}

# A complete CUDA Toolkit 13: LibTorch's headers want those of its libraries, too.
has_toolkit() {
    local nvcc folder
    for nvcc in "${CUDACXX:-}" "$(command -v nvcc)" "${CUDA_HOME:-}/bin/nvcc" "${CUDA_PATH:-}/bin/nvcc" \
        /usr/local/cuda/bin/nvcc /opt/cuda/bin/nvcc; do
        [[ -x $nvcc ]] || continue
        folder=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
        [[ $("$nvcc" --version 2>/dev/null) == *"release 13."* && -e $folder/include/cusparse.h ]] && return 0
    done
    return 1
}

# Prints the pinned wheels as "name==version hash megabytes".
pinned_wheels() {
    cat "$PINS/requirements.txt"
    has_toolkit || cat "$PINS/nvcc-requirements.txt"
}
wheel_lines() { pinned_wheels | sed -n 's/^\([^#= ]*==[^ ]*\) --hash=sha256:\([0-9a-f]*\) # \([0-9]*\) MB$/\1 \2 \3/p'; }

# A wheel's mark holds its hash; it is written last.
mark_of() { printf '%s/.unpacked/%s' "$LIBTORCH_HOME" "$1"; }
is_unpacked() { [[ -f $(mark_of "$1") && $(<"$(mark_of "$1")") == "$2" ]]; }
mark_unpacked() {
    mkdir -p "$LIBTORCH_HOME/.unpacked"
    printf '%s' "$2" >"$(mark_of "$1").new"
    mv "$(mark_of "$1").new" "$(mark_of "$1")"
}

# Unpacked by other means than this script: every file is there with the size and the hash that the
# wheel's own list gives.
is_whole() {
    local name=${1%%==*} version=${1##*==}
    python3 "$ROOT/packaging/lib/check_wheel.py" "$LIBTORCH_HOME" "${name//-/_}-$version.dist-info/RECORD" 2>/dev/null
}

# While this file is there, what is unpacked is not all: no program takes it for a LibTorch.
begin_fetching() { : >"$LIBTORCH_HOME/.incomplete"; }
end_fetching() { rm -f "$LIBTORCH_HOME/.incomplete"; }

# Every command says what to do when it fails: `set -e` has no effect inside a step.
fetch_wheel() {
    local pin=$1 hash=$2 downloads="$LIBTORCH_HOME/.downloads"
    rm -rf "$downloads"
    mkdir -p "$downloads"
    printf '%s --hash=sha256:%s\n' "$pin" "$hash" >"$downloads/pin.txt" || return
    local platforms=(linux_x86_64 manylinux1_x86_64 manylinux2010_x86_64 manylinux2014_x86_64) minor
    for minor in 5 12 17 18 24 25 26 27 28; do
        platforms+=("manylinux_2_${minor}_x86_64")
    done
    # The wheel is used without Python, so that the machine's own version of it does not matter.
    # Its temporary files lie here, where they can be seen to grow and do not fill a small /tmp.
    mkdir -p "$downloads/parts"
    TMPDIR="$downloads/parts" PIP_NO_CACHE_DIR=1 PIP_RESUME_RETRIES=5 \
        python3 -m pip download --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
        --python-version 3.11 --implementation cp "${platforms[@]/#/--platform=}" \
        --dest "$downloads" --requirement "$downloads/pin.txt" || return
    echo "unpacking"
    : >"$downloads/unpacking"
    unzip -qo "$downloads"/*.whl -d "$LIBTORCH_HOME" || return
    rm -rf "$downloads"
}

# What the nvcc wheels leave out: names without a version, and lib64.
link_toolkit() {
    local toolkit="$LIBTORCH_HOME/nvidia/cu13" library plain
    [[ -x $toolkit/bin/nvcc ]] || return 0
    [[ -e $toolkit/lib64 ]] || ln -sT lib "$toolkit/lib64"
    for library in "$toolkit"/lib/*.so.*; do
        plain="${library%%.so.*}.so"
        [[ -e $plain ]] || ln -s "${library##*/}" "$plain"
    done
}

check_room() {
    local megabytes=$1 free
    free=$(df --output=avail -BM "$LIBTORCH_HOME" | tail -n 1 | tr -dc '0-9')
    # Unpacked, the wheels are about 1.7 times their size; the largest lies beside them for a while.
    local wanted=$((megabytes * 17 / 10 + 600))
    ((free >= wanted)) || fail "LibTorch needs $wanted MB in $LIBTORCH_HOME, and $free MB are free there;" \
        "make room, or set XDG_CACHE_HOME to a folder with more"
}

# Those of the pinned wheels that are not unpacked, as wheel_lines prints them.
wheels_to_fetch() {
    local pin hash megabytes
    while read -r pin hash megabytes; do
        is_unpacked "$pin" "$hash" || say "$pin $hash $megabytes"
    done < <(wheel_lines)
}

# A LibTorch that lies in the cache without marks: whole wheels are kept.
adopt_libtorch() {
    local pin hash
    [[ -d $LIBTORCH_HOME/torch && ! -d $LIBTORCH_HOME/.unpacked ]] && command -v python3 >/dev/null || return 0
    say "Checking the LibTorch in $LIBTORCH_HOME, file by file"
    while read -r pin hash _; do
        if is_whole "$pin"; then mark_unpacked "$pin" "$hash"; fi
    done < <(wheel_lines)
}

# A list for need_packages: what fetching takes, when there is something to fetch.
libtorch_packages() {
    user_names_libtorch || [[ -z $(wheels_to_fetch) ]] || download_packages
}

need_libtorch() {
    if user_names_libtorch; then
        say "LibTorch: the one you name (${SLAY_LIBTORCH:-in CMAKE_PREFIX_PATH})"
        return
    fi
    local missing line pin hash megabytes total=0 count=0 i=0
    [[ -n $(wheels_to_fetch) ]] || return 0
    [[ $(uname -m) == x86_64 ]] || fail "the pinned LibTorch is for x86_64 and this machine is $(uname -m);" \
        "name one of 2.6 or later with SLAY_LIBTORCH=DIR"
    mkdir -p "$LIBTORCH_HOME" || fail "cannot create $LIBTORCH_HOME; set XDG_CACHE_HOME to a folder of yours"

    exec 9>"$LIBTORCH_HOME/.lock"
    flock -n 9 || { say "Another set-up is fetching LibTorch; waiting for it" && flock 9; }
    begin_fetching
    mapfile -t missing < <(wheels_to_fetch)
    for line in "${missing[@]}"; do
        total=$((total + ${line##* })) count=$((count + 1))
    done
    if ((count > 0)); then
        check_room "$total"
        say "Fetching LibTorch 2.11.0 with CUDA 13.0: $total MB in $count files, into $LIBTORCH_HOME"
        for line in "${missing[@]}"; do
            read -r pin hash megabytes <<<"$line"
            step "  [$((++i))/$count] ${pin/==/ }, $megabytes MB" "$LOGS/libtorch.log" fetch_wheel "$pin" "$hash"
            mark_unpacked "$pin" "$hash"
        done
    fi
    link_toolkit
    end_fetching
    flock -u 9
    exec 9>&-
}
