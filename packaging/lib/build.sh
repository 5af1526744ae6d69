# shellcheck shell=bash
# Everything from a bare machine to the built release preset.

# set_up PURPOSE LISTS... [-- TARGETS...]: the packages of those lists, LibTorch, the build (of
# everything where no target is named).
set_up() {
    local purpose=$1 lists=()
    shift
    while (($#)) && [[ $1 != -- ]]; do lists+=("$1") && shift; done
    adopt_libtorch
    need_packages "$purpose" "${lists[@]}" libtorch_packages
    need_libtorch
    build_release "${@:2}"
}

# A compiler that reads LibTorch's headers takes up to 2.5 GB.
build_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemTotal:/ {print int($2 / 2500000)}' /proc/meminfo)
    ((memory < 1)) && memory=1
    printf '%d' $((cores < memory ? cores : memory))
}

build_release() {
    local began=$SECONDS targets=("$@")
    ((${#targets[@]} == 0)) || targets=(--target "${targets[@]}")
    step "Configuring" "$LOGS/configure.log" cmake -S "$ROOT" --preset release \
        -DSLAY_QT=ON "-DSLAY_LIBTORCH=${SLAY_LIBTORCH:-}" "-DSLAY_WERROR=${SLAY_WERROR:-OFF}"
    step "Building" "$LOGS/build.log" cmake --build "$ROOT/build/release" --parallel "$(build_jobs)" "${targets[@]}"
    say "Built in $(duration $((SECONDS - began))): $ROOT/build/release/bin"
}
