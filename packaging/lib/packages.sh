# shellcheck shell=bash
# What is needed from the distribution. Each line: packages that serve, the distribution's own
# first, then after a colon a command that makes the package unnecessary where it is on PATH.

build_packages() {
    cat <<'LIST'
g++ : g++
cmake : cmake
ninja-build : ninja
ccache : ccache
git : git
nlohmann-json3-dev
libcli11-dev
libfmt-dev
zlib1g-dev
libsentencepiece-dev
libpoppler-cpp-dev
qt6-base-dev
qt6-svg-dev|libqt6svg6-dev
libqcustomplot-dev
fonts-dejavu-core
fonts-texgyre
fonts-liberation
LIST
}

# Compiling the exported tables, looking into the exported PDFs, a screen where there is none, a host
# to run on through ssh.
test_packages() {
    cat <<'LIST'
texlive-latex-base
texlive-latex-recommended
texlive-science
texlive-pictures
texlive-fonts-recommended
poppler-utils : pdffonts
xvfb : Xvfb
xauth : xauth
openssh-client : ssh
openssh-server
appstream : appstreamcli
desktop-file-utils : desktop-file-validate
slurm-wlm : slurmctld
munge : munged
LIST
}

# Fetching LibTorch.
download_packages() {
    cat <<'LIST'
python3 : python3
python3-pip : pip_works
unzip : unzip
ca-certificates
LIST
}

pip_works() { python3 -m pip --version >/dev/null 2>&1; }

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

distribution() {
    # shellcheck source=/dev/null
    (. /etc/os-release 2>/dev/null && printf '%s' "${ID:-unknown}")
}

# Of a|b, the name that this distribution uses.
package_name() {
    local first=${1%%|*} second=${1##*|}
    case $first in
        qt6-svg-dev) [[ $(distribution) == ubuntu ]] && printf '%s' "$second" || printf '%s' "$first" ;;
        *) printf '%s' "$first" ;;
    esac
}

# Reads lists on stdin and prints the names of what is missing, one a line.
missing_packages() {
    local names command name found
    while IFS=: read -r names command; do
        names=${names// /} command=${command// /} found=no
        if [[ $command == pip_works ]]; then
            pip_works && continue
        elif [[ -n $command ]] && command -v "$command" >/dev/null; then
            continue
        fi
        for name in ${names//|/ }; do
            is_installed "$name" && found=yes
        done
        [[ $found == yes ]] || say "$(package_name "$names")"
    done
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update || echo "apt-get update failed; going on with the lists that are there"
    apt-get install -y --no-install-recommends "$@"
}

# need_packages WHAT_FOR LISTS...: nothing happens, and no network is used, when all are there.
need_packages() {
    local purpose=$1 missing
    shift
    command -v dpkg-query >/dev/null || {
        say "This is not Debian or Ubuntu: their packages are taken to be there under other names."
        return
    }
    missing=$(for list in "$@"; do "$list"; done | missing_packages)
    [[ -n $missing ]] || return 0
    mapfile -t missing <<<"$missing"
    if ((EUID != 0)); then
        say "These packages are missing, $purpose, and installing them needs root:"
        say ""
        say "    sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}"
        say ""
        fail "run that line, then this command again"
    fi
    step "Installing ${#missing[@]} packages $purpose: ${missing[*]}" "$LOGS/packages.log" apt_install "${missing[@]}"
}
