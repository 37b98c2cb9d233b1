/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evidence to read: an export package (one file, policy/manifest.h), or a ledger's folder, both the
 * same way. Needs no daemon, no rights but to read, and trusts nothing in the file before its
 * signature or digest has been checked. Format: docs/usbzone-ledger.5
 *
 *      PackageError e;
 *      r = package_open(AT_FDCWD, path, &p, &e);
 *      v.record = each_record;          // is given each record once it fits the chain
 *      r = package_verify(p, &v);       // 0 whole, 1 broken (v.kind, v.message), -errno
 */
#pragma once

#include <stdbool.h>

#include "policy/authority.h"
#include "policy/manifest.h"
#include "store/verify.h"

/* Why a package is not as it was made: a stable slug, and a sentence that is translated. */
typedef struct PackageError {
        const char *kind; /* no-package, altered-manifest, cut-package, extra-bytes, altered-part,
                           * foreign-credential */
        const char *message;
        char detail[KEYFILE_ERROR_MAX]; /* more, in English; "" = nothing */
} PackageError;

typedef enum PackageOutcome {
        PACKAGE_E_BROKEN = 1, /* the error is filled */
        PACKAGE_E_NONE = 2,   /* it holds no such part */
} PackageOutcome;

typedef struct Package Package;

/* Checks form, signature and size of a package; of a folder, nothing yet. 0, PACKAGE_E_BROKEN,
 * -errno. */
int package_open(int dirfd, const char *path, Package **ret, PackageError *error) _must_check_;
Package *package_close(Package *p);
DEFINE_FREEP(Package, package_close)

/* NULL for a folder. Belongs to the package. */
const Manifest *package_manifest(const Package *p);

/* The key list and the credential that came along (a folder has none). The credential is checked
 * with `authority`, at the time when the package was made, and must be of the package's computer.
 * 0, PACKAGE_E_*, -errno. */
int package_authority(const Package *p, Authority *ret, PackageError *error) _must_check_;
int package_host(const Package *p, const Authority *authority, Host *ret,
                 PackageError *error) _must_check_;

/* The signed heads. 0, PACKAGE_E_BROKEN, -errno. */
int package_heads(const Package *p, HeadReader **ret, PackageError *error) _must_check_;

/* A new reader, from the first record on. 0, -errno. */
int package_reader(const Package *p, LedgerReader **ret) _must_check_;

/* Whose evidence this is: the id of the manifest, or of the first records of a folder that name a
 * computer; "" if none does. 0, -errno. */
int package_host_id(const Package *p, char ret[HEAD_HOST_SIZE]) _must_check_;

/* Everything: heads, chain, seals (with v->key), and that the records are those of the manifest.
 * Like ledger_verify(). */
int package_verify(const Package *p, LedgerVerify *v) _must_check_;
