/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every name the product shows to the system: paths, D-Bus names, units, groups, variables. */
#pragma once

#ifndef UZ_VERSION
#define UZ_VERSION "0.1.0"
#endif
#ifndef UZ_LIBEXECDIR
#define UZ_LIBEXECDIR "/usr/lib/usbzone"
#endif
#ifndef UZ_LOCALEDIR
#define UZ_LOCALEDIR "/usr/share/locale"
#endif

#define UZ_PACKAGE "usbzone"
/* Directories; the daemon and the CLI take others only through these environment variables,
 * which tests set and which are ignored when the program runs set-uid or as a unit. */
#define UZ_ETC_DIR "/etc/usbzone"
#define UZ_STATE_DIR "/var/lib/usbzone"
#define UZ_RUN_DIR "/run/usbzone"
#define UZ_ENV_ETC_DIR "USBZONE_ETC_DIR"
#define UZ_ENV_STATE_DIR "USBZONE_STATE_DIR"
#define UZ_ENV_RUN_DIR "USBZONE_RUN_DIR"
#define UZ_ENV_LIBEXEC_DIR "USBZONE_LIBEXEC_DIR"
#define UZ_ENV_ROOT_DIR "USBZONE_ROOT_DIR" /* before paths of systemd, udev, sysfs; "" */
#define UZ_ENV_BUS_ADDRESS "USBZONE_BUS_ADDRESS"
#define UZ_ENV_LOCALE_DIR "USBZONE_LOCALE_DIR"
#define UZ_ENV_BOOT_ID "USBZONE_BOOT_ID" /* set by the unit: %b */

/* Files below UZ_ETC_DIR */
#define UZ_KEYS_FILE "authority.keys"
#define UZ_CREDENTIAL_FILE "host.credential"
#define UZ_POLICY_FILE "policy"
#define UZ_REVOCATIONS_DIR "revocations" /* files that travelled alone, DIGITS.uzr */
#define UZ_REVOCATIONS_SUFFIX ".uzr"
#define UZ_WHITELIST_PREFIX "whitelist-" /* + first 16 hex digits of the file's SHA-256 */
#define UZ_WHITELIST_SUFFIX ".uzw"
#define UZ_PENDING_DIR ".pending"      /* in force as a whole, not all of it in its place yet */
#define UZ_OFFICE_DIR "usbzone-office" /* on a drive: what the office sends */
#define UZ_AUTHORITY_DIR "authority"   /* private keys PURPOSE.pem of a stand-alone computer */

/* Files below UZ_STATE_DIR */
#define UZ_OBSERVE_FILE "observe" /* exists: observe mode; absent: enforce */
#define UZ_GRANTS_FILE "grants"
#define UZ_FLOOR_FILE "time-floor"    /* the latest time that was believed */
#define UZ_INCIDENTS_FILE "incidents" /* open ones; the ledger has them all */
#define UZ_LEDGER_DIR "ledger"
#define UZ_HEADS_FILE "heads" /* in the ledger's folder */
#define UZ_LEDGER_SIGNER_FILE "ledger-signer.pem"
#define UZ_HOST_KEY_FILE "host-key.pem"    /* of the computer itself; its credential names it */
#define UZ_HOST_KEY_SEALED "host-key.cred" /* the same, encrypted by systemd-creds */
#define UZ_LEDGER_KEY_FILE "ledger.key"    /* seals the next record; outside the auditors' folder */

/* Files below UZ_RUN_DIR */
#define UZ_READY_FILE "ready"        /* exists while the daemon guards */
#define UZ_BLOCK_SOCKET "block.sock" /* block helper -> daemon */
#define UZ_DRIVES_DIR "drives"       /* what is in use, for a restart */
#define UZ_PICK_UP_FILE "pick-up"    /* exists: the policy in force takes files from drives */
#define UZ_REPEATS_DIR "repeats"     /* what has been counted and is not in the ledger yet */

#define UZ_DAEMON "usbzoned"
#define UZ_CLI "usbzonectl"
#define UZ_PROBE_HELPER "usbzone-probe"
#define UZ_BLOCK_HELPER "usbzone-block"
#define UZ_NOTICE "usbzone-notice"
#define UZ_UNIT "usbzoned.service"

/* Of a signed head in the journal */
#define UZ_HEAD_MESSAGE_ID "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f20"

#define UZ_BUS_NAME "org.usbzone1"
#define UZ_BUS_ROOT "/org/usbzone1"
#define UZ_BUS_DRIVE_PREFIX "/org/usbzone1/drive"
#define UZ_BUS_MANAGER "org.usbzone1.Manager"
#define UZ_BUS_DRIVE "org.usbzone1.Drive"
#define UZ_BUS_LEDGER "org.usbzone1.Ledger"

#define UZ_GROUP_ADMIN "usbzone-admin"
#define UZ_GROUP_SECURITY "usbzone-security"
#define UZ_GROUP_AUDIT "usbzone-audit"
