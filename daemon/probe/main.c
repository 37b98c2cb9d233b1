/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzone-probe: reads, or writes, the label area of one drive whose interface the daemon has
 * claimed. Speaks to hostile devices, so it has no rights worth taking: see sandbox.c. */
#include <libusb-1.0/libusb.h>
#include <stdio.h>
#include <string.h>

#include "daemon/probe/bot.h"
#include "daemon/probe/layout.h"
#include "daemon/probe/sandbox.h"
#include "daemon/probe/scsi.h"
#include "daemon/probe/wire.h"
#include "lib/file.h"
#include "lib/text.h"

#define PROTOCOL_BULK_ONLY 0x50u

typedef enum Mode { MODE_READ, MODE_WRITE, MODE_LAYOUT } Mode;

typedef struct Request {
        Mode mode;
        uint8_t interface;
        unsigned first_copy; /* which copy is written first */
        uint8_t label[PROBE_COPY_SIZE];
} Request;

static int parse_arguments(int argc, char *argv[], Request *ret)
{
        static const char *const modes[] = {PROBE_MODE_READ, PROBE_MODE_WRITE, PROBE_MODE_LAYOUT};
        uint64_t interface, copy;

        if (argc != 4)
                return -EINVAL;
        for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
                if (strcmp(argv[1], modes[i]) == 0) {
                        if (text_u64(argv[2], UINT8_MAX, &interface) < 0 ||
                            text_u64(argv[3], 1, &copy) < 0)
                                return -EINVAL;
                        *ret = (Request){.mode = (Mode)i,
                                         .interface = (uint8_t)interface,
                                         .first_copy = (unsigned)copy};
                        return 0;
                }
        return -EINVAL;
}

/* The bulk endpoints of the setting that is active: alternate 0, which must be Bulk-Only. */
static int find_endpoints(Bot *b, const struct libusb_config_descriptor *config)
{
        for (unsigned i = 0; i < config->bNumInterfaces; i++) {
                const struct libusb_interface_descriptor *d = config->interface[i].altsetting;

                if (config->interface[i].num_altsetting < 1 ||
                    d->bInterfaceNumber != b->interface || d->bAlternateSetting != 0 ||
                    d->bInterfaceProtocol != PROTOCOL_BULK_ONLY)
                        continue;
                for (unsigned e = 0; e < d->bNumEndpoints; e++) {
                        uint8_t address = d->endpoint[e].bEndpointAddress;

                        if ((d->endpoint[e].bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) !=
                            LIBUSB_TRANSFER_TYPE_BULK)
                                continue;
                        if ((address & LIBUSB_ENDPOINT_IN) && !b->in)
                                b->in = address;
                        else if (!(address & LIBUSB_ENDPOINT_IN) && !b->out)
                                b->out = address;
                }
        }
        return b->in && b->out ? 0 : -ENODEV;
}

static int open_device(libusb_context *usb, Bot *b)
{
        struct libusb_config_descriptor *config = NULL;
        int r;

        if (libusb_wrap_sys_device(usb, b->fd, &b->handle) != 0)
                return -ENODEV;
        if (libusb_get_active_config_descriptor(libusb_get_device(b->handle), &config) != 0)
                return -ENODEV;
        r = find_endpoints(b, config);
        libusb_free_config_descriptor(config);
        if (r < 0)
                return r;
        /* The daemon claimed it on the same open file; here libusb only learns of it. */
        return libusb_claim_interface(b->handle, b->interface) == 0 ? 0 : -EBUSY;
}

/* Who it is, how large it is, and the label area. A device with several media, or one that is no
 * disk, is not read any further: it is refused for that alone. */
static int read_drive(Bot *b, ProbeAnswer *a)
{
        ScsiInquiry inquiry;
        uint64_t blocks;
        uint8_t max_lun;
        int r;

        r = bot_max_lun(b, &max_lun);
        if (r != 0)
                return r == BOT_E_TIMEOUT ? (int)PROBE_OUTCOME_TIMEOUT : (int)SCSI_E_FAILED;
        a->n_luns = (uint8_t)(max_lun + 1);
        r = scsi_inquiry(b, &inquiry);
        if (r != 0)
                return r;
        a->device_type = inquiry.device_type;
        memcpy(a->vendor, inquiry.vendor, sizeof(a->vendor));
        memcpy(a->product, inquiry.product, sizeof(a->product));
        if (a->n_luns > 1 || a->device_type != 0)
                return 0;
        r = scsi_wait_ready(b);
        if (r == 0)
                r = scsi_capacity(b, &a->block_size, &blocks);
        if (r != 0)
                return r;
        a->capacity = blocks * a->block_size;
        if (a->capacity < PROBE_DRIVE_MIN)
                return 0;
        r = scsi_read(b, a->block_size, PROBE_AREA_OFFSET, a->area, PROBE_AREA_SIZE);
        a->has_area = r == 0;
        return r;
}

/* One copy after the other, each flushed and compared, so that a cut leaves one good copy. */
static int write_label(Bot *b, ProbeAnswer *a, const Request *q)
{
        uint8_t back[PROBE_COPY_SIZE];
        int r;

        if (!a->has_area)
                return SCSI_E_FAILED;
        for (unsigned i = 0; i < 2; i++) {
                unsigned copy = (q->first_copy + i) % 2;
                uint64_t offset = PROBE_AREA_OFFSET + (uint64_t)copy * PROBE_COPY_SIZE;

                r = scsi_write(b, a->block_size, offset, q->label, PROBE_COPY_SIZE);
                if (r == 0)
                        r = scsi_flush(b);
                if (r == 0)
                        r = scsi_read(b, a->block_size, offset, back, PROBE_COPY_SIZE);
                if (r != 0)
                        return r;
                if (memcmp(back, q->label, PROBE_COPY_SIZE) != 0)
                        return PROBE_OUTCOME_COMPARE;
                memcpy(a->area + copy * PROBE_COPY_SIZE, back, PROBE_COPY_SIZE);
        }
        return 0;
}

static uint8_t probe(libusb_context *usb, const Request *q, ProbeAnswer *a)
{
        Bot b = {.fd = PROBE_FD_DEVICE,
                 .interface = q->interface,
                 .deadline_ms = bot_now_ms() + PROBE_TOTAL_MS};
        int r;

        if (open_device(usb, &b) < 0)
                return PROBE_OUTCOME_FAILED;
        r = read_drive(&b, a);
        if (r == 0 && q->mode == MODE_WRITE)
                r = write_label(&b, a, q);
        if (r == 0 && q->mode == MODE_LAYOUT)
                r = a->has_area ? layout_read(&b, a) : SCSI_E_FAILED;
        if (r == 0)
                return PROBE_OUTCOME_OK;
        return r == SCSI_E_FAILED ? PROBE_OUTCOME_FAILED : (uint8_t)r;
}

static int start(int argc, char *argv[], Request *q, libusb_context **ret_usb)
{
        int r;

        r = parse_arguments(argc, argv, q);
        if (r == 0)
                r = sandbox_limits(q->mode == MODE_WRITE ? PROBE_FD_LABEL : PROBE_FD_ANSWER);
        if (r == 0 && q->mode == MODE_WRITE)
                r = file_pread_full(PROBE_FD_LABEL, q->label, sizeof(q->label), 0);
        if (r < 0)
                return r;
        if (libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY) != 0 ||
            libusb_init(ret_usb) != 0)
                return -EIO;
        return sandbox_seal();
}

int main(int argc, char *argv[])
{
        static ProbeAnswer answer;
        static uint8_t bytes[PROBE_ANSWER_SIZE];
        libusb_context *usb;
        Request q;
        int r;

        r = start(argc, argv, &q, &usb);
        if (r < 0) {
                (void)fprintf(stderr, "usbzone-probe: cannot start: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        answer.outcome = probe(usb, &q, &answer);
        probe_answer_encode(&answer, bytes);
        r = file_write_full(PROBE_FD_ANSWER, bytes, sizeof(bytes));
        /* No tidying: whatever the device still holds up ends with the process. */
        _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}
