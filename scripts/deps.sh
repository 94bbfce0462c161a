#!/bin/bash
# Installs the Debian packages that TOM needs and that are missing; says and does nothing when all are there.
#
#   scripts/deps.sh [GROUP...]      groups of scripts/packages.txt: build run test; all of them by default
#
# On a terminal it asks before it installs; without one, and with CI=true, it does not. Exit 0: everything is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
groups=" ${*:-build run test} "

die() {
    printf 'deps: %s\n' "$@" >&2
    exit 1
}

command -v swift >/dev/null || die "there is no Swift toolchain." "Install Swift 6.3: https://www.swift.org/install/linux/"
command -v dpkg-query >/dev/null || die "this is not Debian or Ubuntu." "Install what scripts/packages.txt lists by other means."

# Prints the packages of the chosen groups that are not installed and that no command stands in for.
missing_packages() {
    local group package stand_in
    while read -r group package stand_in; do
        [[ -n $package && $group != \#* && $groups == *" $group "* ]] || continue
        [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] && continue
        [[ -n $stand_in ]] && command -v "$stand_in" >/dev/null && continue
        printf '%s\n' "$package"
    done <"$here/packages.txt"
}

mapfile -t missing < <(missing_packages)
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || die "these packages are missing, and installing them takes root:" "${missing[*]}"
    as_root=(sudo)
    # Without a terminal nobody can type a password: fail instead of waiting for one.
    [[ -t 0 ]] || as_root+=(-n)
fi

echo "TOM needs packages that are not installed: ${missing[*]}" >&2
if [[ ${CI:-} != true && -t 0 && -t 2 ]]; then
    read -r -p "Install them now with apt-get? [Y/n] " answer
    case $answer in
        "" | [Yy]*) ;;
        *) die "nothing was installed. By hand: apt-get install ${missing[*]}" ;;
    esac
fi

apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=500 -q "$@"
}

# Prints the missing packages that the package lists at hand do not offer.
unknown_packages() {
    local package
    for package in "${missing[@]}"; do
        [[ $(apt-cache policy "$package" 2>/dev/null) =~ Candidate:\ [^\(] ]] || printf '%s ' "$package"
    done
}

[[ -z $(unknown_packages) ]] || apt update
unknown=$(unknown_packages)
if [[ -n $unknown ]]; then
    [[ $unknown != *chromium* ]] || echo "deps: Ubuntu has Chromium as a snap: snap install chromium" >&2
    die "the package sources of this machine do not have: $unknown" "Enable Debian's main, or Ubuntu's universe."
fi
# Package lists that are out of date name files that are gone: then they are fetched anew, once.
apt install -y --no-install-recommends "${missing[@]}" || {
    apt update
    apt install -y --no-install-recommends "${missing[@]}"
}
