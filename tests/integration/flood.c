/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes ten calls at once on one connection, waits until all are answered or six refused as too
 * many, and prints how many were refused so. flood ADDRESS */
#include <stdio.h>
#include <systemd/sd-bus.h>

#define CALLS 10
#define ENOUGH 6

typedef struct Count {
        unsigned answers, refused;
} Count;

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
        const sd_bus_error *e = sd_bus_message_get_error(m);
        Count *c = userdata;

        (void)error;
        c->answers++;
        c->refused += e && sd_bus_error_has_name(e, SD_BUS_ERROR_LIMITS_EXCEEDED);
        return 0;
}

int main(int argc, char *argv[])
{
        sd_bus *bus = NULL;
        Count c = {0};
        int r;

        if (argc != 2)
                return 2;
        r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, argv[1]);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        for (int i = 0; r >= 0 && i < CALLS; i++)
                r = sd_bus_call_method_async(bus, NULL, "org.usbzone1", "/org/usbzone1",
                                             "org.usbzone1.Ledger", "Head", on_reply, &c, NULL);
        while (r >= 0 && c.answers < CALLS && c.refused < ENOUGH) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        printf("%u\n", c.refused);
        sd_bus_flush_close_unref(bus);
        return r < 0 ? 1 : 0;
}
