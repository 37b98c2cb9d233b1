/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things the bus's objects share: errors, checks of arguments, records as a{sv}. */
#include <string.h>

#include "daemon/bus-internal.h"
#include "lib/text.h"

static const char *error_name(int r)
{
        switch (-r) {
        case EBUSY:
        case EAGAIN:
                return BUS_ERROR_BUSY;
        case ENOENT:
        case ENODEV:
                return BUS_ERROR_NOT_FOUND;
        case EINVAL:
        case ERANGE:
                return BUS_ERROR_INVALID;
        case EPERM:
        case EACCES:
        case ENOKEY:
        case EKEYREJECTED:
                return BUS_ERROR_REFUSED;
        }
        return BUS_ERROR_UNAVAILABLE;
}

int bus_fail(sd_bus_error *error, int r, const char *sentence)
{
        if (!sd_bus_error_is_set(error))
                (void)sd_bus_error_setf(error, error_name(r), "%s: %s", sentence, strerror(-r));
        return r;
}

int bus_check_text(const char *text, const char *what, sd_bus_error *error)
{
        size_t n = strlen(text);

        if (n > 0 && n < BUS_TEXT_MAX && text[0] != ' ' && text[n - 1] != ' ' &&
            text_is_clean(text, n))
                return 0;
        (void)sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                "The %s must be one line of 1 to %u bytes of text without control "
                                "characters, no blank at its ends",
                                what, BUS_TEXT_MAX - 1);
        return -EINVAL;
}

static int append_field(sd_bus_message *m, const char *key, json_object *value)
{
        if (json_object_is_type(value, json_type_int))
                return sd_bus_message_append(m, "{sv}", key, "x", json_object_get_int64(value));
        return sd_bus_message_append(m, "{sv}", key, "s", json_object_get_string(value));
}

int bus_append_fields(sd_bus_message *m, json_object *fields)
{
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r < 0)
                return r;
        json_object_object_foreach(fields, key, value)
        {
                r = append_field(m, key, value);
                if (r < 0)
                        return r;
        }
        return sd_bus_message_close_container(m);
}
