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

int bus_check_line(const char *text, const char *what, size_t max, sd_bus_error *error)
{
        size_t n = strlen(text);

        if (n > 0 && n < max && text[0] != ' ' && text[n - 1] != ' ' && text_is_clean(text, n))
                return 0;
        (void)sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                "The %s must be one line of 1 to %zu bytes of text without control "
                                "characters, no blank at its ends",
                                what, max - 1);
        return -EINVAL;
}

int bus_check_text(const char *text, const char *what, sd_bus_error *error)
{
        return bus_check_line(text, what, BUS_TEXT_MAX, error);
}

/* Takes what the next value holds off `left`. 1; 0 at the end; -errno. */
static int measure_next(sd_bus_message *m, int64_t *left)
{
        const char *contents;
        const void *bytes;
        size_t n;
        char type;
        int r;

        r = sd_bus_message_peek_type(m, &type, &contents);
        if (r <= 0)
                return r;
        if (type == SD_BUS_TYPE_ARRAY && strcmp(contents, "y") == 0) {
                r = sd_bus_message_read_array(m, 'y', &bytes, &n);
                *left -= (int64_t)n;
                return r < 0 ? r : 1;
        }
        *left -= (int64_t)sizeof(uint64_t);
        if (strchr("asogver(", type) && contents) {
                r = sd_bus_message_enter_container(m, type, contents);
                while (r > 0 && *left > 0)
                        r = measure_next(m, left);
                return r < 0 || *left <= 0 ? r : sd_bus_message_exit_container(m);
        }
        if (type == SD_BUS_TYPE_STRING || type == SD_BUS_TYPE_OBJECT_PATH) {
                r = sd_bus_message_read_basic(m, type, &bytes);
                *left -= r > 0 ? (int64_t)strlen(bytes) : 0;
                return r;
        }
        return sd_bus_message_skip(m, (char[]){type, '\0'});
}

bool bus_is_small(sd_bus_message *m)
{
        int64_t left = BUS_ARGUMENTS_MAX;
        int r;

        do
                r = measure_next(m, &left);
        while (r > 0 && left > 0);
        return r == 0 && left > 0 && sd_bus_message_rewind(m, true) >= 0;
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
