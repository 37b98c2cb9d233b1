# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios with a machine of their own: runs on the host and boots, cuts and reboots it.
#
# The machine is $VM_NAME; it is stopped when the scenario ends. Checks made inside the guest
# (guest_lib) count like those made here, as the runner counts the lines of the log.
set -u
export LC_ALL=C.UTF-8
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/vm/tap.sh
. "$HERE/tap.sh"
VM_NAME=${VM_NAME:-own-$$}
VM_DIR=${VM_DIR:-$HERE/../../build/vm}
export VM_NAME VM_DIR

vm() { "$HERE/vm" "$1" --name "$VM_NAME" "${@:2}"; }

# guest CMD...: in the guest, as root.
guest() { vm run "$@"; }

# guest_lib <<'EOF' ... EOF: a script with lib.sh loaded; its devices are gone when it ends.
guest_lib() { { echo '. /mnt/stage/vm/lib.sh'; cat; } | vm run -i 'bash -s'; }

# A command of `vm` that must succeed; what it says goes to the log, its last word with the failure.
_or_die() {
        local what=$1 status=0
        shift
        vm "$@" 2>"$_check_out" || status=$?
        cat "$_check_out" >&2
        [ $status = 0 ] || die "$what: $(grep '^vm: ' "$_check_out" | tail -n 1)"
}

# up OPTIONS of "vm up"; off
up() { _or_die "the machine did not boot" up "$@"; }
off() { _or_die "the machine did not shut down" off; }

# guest_install: the product, as an administrator would install it.
guest_install() {
        guest '. /mnt/stage/vm/lib.sh; finished=1; install_product && { ! declare -F product_setup >/dev/null || product_setup; }' ||
                die "the product could not be installed"
}

_end() {
        local status=$?
        trap - EXIT
        rm -f "$_check_out"
        "$HERE/vm" down --name "$VM_NAME"
        if [ $status -ne 0 ] && [ $failed -eq 0 ]; then
                not_ok "scenario ended early with status $status"
        fi
        [ $failed -eq 0 ] || exit 1
        exit 0
}
trap _end EXIT
trap 'exit 143' TERM INT
