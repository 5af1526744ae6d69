# shellcheck shell=bash
# Sourced by run and test: where things are, and the pieces.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LOGS="$ROOT/build/setup-logs"
: "${HOME:=$(getent passwd "$(id -u)" | cut -d: -f6)}"
export HOME

# shellcheck source=packaging/lib/say.sh
. "$ROOT/packaging/lib/say.sh"
# shellcheck source=packaging/lib/packages.sh
. "$ROOT/packaging/lib/packages.sh"
# shellcheck source=packaging/lib/libtorch.sh
. "$ROOT/packaging/lib/libtorch.sh"
# shellcheck source=packaging/lib/build.sh
. "$ROOT/packaging/lib/build.sh"
