/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzone-probe: reads, or writes, the label area of one drive whose interface the daemon has
 * claimed. Speaks to hostile devices, so it has no rights worth taking: see sandbox.c. */
#include <fcntl.h>
#include <libusb-1.0/libusb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/probe/bot.h"
#include "daemon/probe/layout.h"
#include "daemon/probe/sandbox.h"
#include "daemon/probe/scsi.h"
#include "daemon/probe/request.h"

#define PROTOCOL_BULK_ONLY 0x50u

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
static int write_label(Bot *b, ProbeAnswer *a, const ProbeRequest *q)
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

static int work(Bot *b, libusb_context *usb, const ProbeRequest *q, ProbeAnswer *a)
{
        int r;

        r = open_device(usb, b);
        if (r < 0)
                return bot_because(b, SCSI_E_FAILED, "device: %s", strerror(-r));
        r = read_drive(b, a);
        if (r == 0 && q->mode == PROBE_WRITE)
                r = write_label(b, a, q);
        if (r == 0 && q->mode == PROBE_LAYOUT)
                r = a->has_area ? layout_read(b, a) : SCSI_E_FAILED;
        return r;
}

static void probe(libusb_context *usb, const ProbeRequest *q, ProbeAnswer *a)
{
        Bot b = {.fd = PROBE_FD_DEVICE,
                 .interface = q->interface,
                 .deadline_ms = bot_now_ms() + PROBE_TOTAL_MS};
        int r = work(&b, usb, q, a);

        if (r != 0)
                memcpy(a->why, b.why, sizeof(a->why));
        if (r == 0)
                a->outcome = PROBE_OUTCOME_OK;
        else
                a->outcome = r == SCSI_E_FAILED ? PROBE_OUTCOME_FAILED : (uint8_t)r;
}

/* Everything that needs more than transfers is done before a device is known. The number of the
 * usbfs descriptor is kept free while libusb opens its own. */
static int prepare(libusb_context **ret_usb)
{
        int r;

        r = sandbox_limits(PROBE_FD_SOCKET);
        if (r < 0)
                return r;
        if (fcntl(PROBE_FD_SOCKET, F_DUPFD_CLOEXEC, PROBE_FD_DEVICE) != PROBE_FD_DEVICE)
                return -EBADF;
        if (libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY) != 0 ||
            libusb_init(ret_usb) != 0)
                return -EIO;
        (void)close(PROBE_FD_DEVICE);
        return sandbox_seal();
}

/* Waits for the one request; 1 when the daemon has gone. */
static int receive(ProbeRequest *ret)
{
        static uint8_t bytes[PROBE_REQUEST_SIZE];
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int))];
        } control = {0};
        struct iovec iov = {bytes, sizeof(bytes)};
        struct msghdr m = {.msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof(control)};
        ssize_t n;
        int fd;

        n = recvmsg(PROBE_FD_SOCKET, &m, MSG_CMSG_CLOEXEC);
        if (n == 0)
                return 1;
        if (n != sizeof(bytes) || !CMSG_FIRSTHDR(&m))
                return -EBADMSG;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
        return fd == PROBE_FD_DEVICE ? probe_request_decode(bytes, ret) : -EBADF;
}

int main(void)
{
        static ProbeAnswer answer;
        static uint8_t bytes[PROBE_ANSWER_SIZE];
        static ProbeRequest q;
        libusb_context *usb;
        int r;

        r = prepare(&usb);
        if (r == 0)
                r = receive(&q);
        if (r < 0)
                (void)fprintf(stderr, "usbzone-probe: cannot start: %s\n", strerror(-r));
        if (r != 0)
                _exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        probe(usb, &q, &answer);
        probe_answer_encode(&answer, bytes);
        r = send(PROBE_FD_SOCKET, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0;
        /* No tidying: whatever the device still holds up ends with the process. */
        _exit(r ? EXIT_FAILURE : EXIT_SUCCESS);
}
