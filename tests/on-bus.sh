#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Does anybody own NAME on the bus at ADDRESS? Not "busctl status", which wants a machine id, and a
# container may have none. on-bus.sh ADDRESS NAME
exec busctl --address="$1" call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus \
        GetNameOwner s "$2" >/dev/null 2>&1
