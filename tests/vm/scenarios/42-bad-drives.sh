#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Drives that hang, stall, lie or answer late are blocked in time, and the next drive is not delayed.
# vm: shared
# shellcheck source=tests/vm/product.sh
. "${VMLIB:-/mnt/stage/vm}/product.sh"

product_up internal
trace_start
enrolled "$T/own.img" --serial SLOW
emu hang --serial SLOW --file "$T/own.img" "${EMU_LIKE[@]}" --hang READ
dev=$(emu_dev hang)
wait_dev "$dev"
start=$(now_ms)
is "hangs" "$(verdict "$dev" 20)" "block probe-timeout"
check "decided within 8 s" [ $(($(now_ms) - start)) -lt 8000 ]
check "no driver was ever bound" no_driver_bound_ever "$dev"
emu_stop hang
few_probes() { [ "$(pgrep -c usbzone-probe)" -le 1 ]; } # one waits ready
check "no probe child is left" wait_for 10 few_probes
for how in "--bad-tag READ" "--short READ=512" "--stall READ" "--capacity 0" "--bad-signature INQUIRY" \
        "--phase-error READ" "--fail READ=3/11/0" "--hang INQUIRY"; do
        # shellcheck disable=SC2086 # words
        emu bad --serial SLOW --file "$T/own.img" "${EMU_LIKE[@]}" $how
        dev=$(emu_dev bad)
        wait_dev "$dev"
        like "$how: blocked" "$(verdict "$dev" 20)" '^block (probe-failed|probe-timeout|layout-unsupported)$'
        check "$how: no driver was ever bound" no_driver_bound_ever "$dev"
        emu_stop bad
done
emu attention --serial SLOW --file "$T/own.img" "${EMU_LIKE[@]}" --fail TEST_UNIT_READY:2=6/28/0
dev=$(emu_dev attention)
wait_dev "$dev"
is "unit attention first: allowed" "$(verdict "$dev")" "allow ok"
emu_stop attention
