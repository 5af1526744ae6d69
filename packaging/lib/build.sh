# shellcheck shell=bash
# Configure and build the release preset.

# A compiler that reads LibTorch's headers takes up to 2.5 GB.
build_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemTotal:/ {print int($2 / 2500000)}' /proc/meminfo)
    ((memory < 1)) && memory=1
    printf '%d' $((cores < memory ? cores : memory))
}

build_release() {
    local began=$SECONDS
    step "Configuring" "$LOGS/configure.log" cmake -S "$ROOT" --preset release \
        -DSLAY_QT=ON "-DSLAY_LIBTORCH=${SLAY_LIBTORCH:-}" "-DSLAY_WERROR=${SLAY_WERROR:-OFF}"
    step "Building" "$LOGS/build.log" cmake --build "$ROOT/build/release" --parallel "$(build_jobs)"
    say "Built in $(duration $((SECONDS - began))): $ROOT/build/release/bin"
}
