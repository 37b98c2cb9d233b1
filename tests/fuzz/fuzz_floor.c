/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remembered time: what is read is written back the same, and never judged to be earlier. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/floor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        FloorFile file = {0}, again = {0};
        char text[FLOOR_FILE_MAX];
        TextError error = {0};
        ClockMoment now;
        Floor floor;

        if (floor_parse((const char *)data, size, &file, &error) != 0) {
                HOLDS(error.message[0]);
                return 0;
        }
        HOLDS(strlen(file.boot) == FLOOR_BOOT_SIZE - 1);
        now = (ClockMoment){.wall = 0, .boot = file.believed.boot};
        floor_begin(&floor, &file, file.boot, &now);
        if (file.believed.wall < 0)
                return 0;
        HOLDS(floor_judged(&floor, &now) == file.believed.wall);
        size = floor_format(&floor, file.boot, &now, text);
        HOLDS(floor_parse(text, size, &again, &error) == 0);
        HOLDS(memcmp(&file, &again, sizeof(file)) == 0);
        return 0;
}
