/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity digest: a known answer, and every field counts. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/text.h"
#include "tests/unit/fixture.h"

TestSuite(identity, .timeout = 10);

/* Computed apart from this code from the definition in docs/usbzone-label.5. */
Test(identity, fits_a_known_answer)
{
        uint8_t digest[DIGEST_SIZE];
        char hex[65];
        Fixture f;

        fixture_init(&f);
        cr_assert_eq(identity_digest(&f.facts.identity, digest), 0);
        text_hex(digest, sizeof(digest), hex);
        cr_assert_str_eq(hex, "93653ff1ce992706b03fc59797a9493832d35e9ec352793dce171d1fb6ed1550");
        fixture_done(&f);
}

Test(identity, every_field_counts_and_the_block_size_does_not)
{
        uint8_t digest[DIGEST_SIZE], changed[DIGEST_SIZE];
        Fixture f;
        Identity base, i;

        fixture_init(&f);
        base = f.facts.identity;
        cr_assert_eq(identity_digest(&base, digest), 0);
        for (int field = 0; field < 8; field++) {
                i = base;
                switch (field) {
                case 0:
                        i.vid ^= 0x0100;
                        break;
                case 1:
                        i.pid ^= 1;
                        break;
                case 2:
                        i.serial[11] ^= 1;
                        break;
                case 3:
                        i.serial_size--;
                        break;
                case 4:
                        i.scsi_vendor[7] ^= 1;
                        break;
                case 5:
                        i.scsi_product[15] ^= 1;
                        break;
                case 6:
                        i.capacity ^= 1ULL << 40;
                        break;
                case 7:
                        i.serial[i.serial_size++] = '\0';
                        break;
                }
                cr_assert_eq(identity_digest(&i, changed), 0);
                cr_assert_neq(memcmp(digest, changed, DIGEST_SIZE), 0, "field %d", field);
        }
        i = base;
        i.block_size = 4096;
        i.serial[20] = 'x'; /* beyond the serial's end */
        cr_assert_eq(identity_digest(&i, changed), 0);
        cr_assert_eq(memcmp(digest, changed, DIGEST_SIZE), 0);
        fixture_done(&f);
}

Test(identity, fields_cannot_lend_each_other_bytes)
{
        Identity a = {.serial = "AB", .serial_size = 2}, b = {.serial = "A", .serial_size = 1};
        uint8_t x[DIGEST_SIZE], y[DIGEST_SIZE];

        /* The same bytes in a row, cut at another place */
        memcpy(a.scsi_vendor, "CDEFGHIJ", 8);
        memcpy(b.scsi_vendor, "BCDEFGHI", 8);
        b.scsi_product[0] = 'J';
        cr_assert_eq(identity_digest(&a, x), 0);
        cr_assert_eq(identity_digest(&b, y), 0);
        cr_assert_neq(memcmp(x, y, DIGEST_SIZE), 0);
}

Test(identity, the_longest_serial_fits_and_no_longer_one)
{
        uint8_t digest[DIGEST_SIZE];
        Identity i = {.serial_size = USB_STRING_MAX};

        cr_assert_eq(identity_digest(&i, digest), 0);
        i.serial_size++;
        cr_assert_eq(identity_digest(&i, digest), -EINVAL);
}
