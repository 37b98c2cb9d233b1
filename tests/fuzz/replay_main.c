/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over files, without libFuzzer: each whole, cut short, and altered. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"

#define INPUT_MAX (1024u * 1024u)
#define CUTS 16u
#define CHANGES 64u

/* A copy of exactly `size` bytes, so that a sanitizer sees a read behind its end. */
static void run(const char *data, size_t size)
{
        uint8_t *copy = malloc(size ? size : 1);

        HOLDS(copy != NULL);
        if (size > 0)
                memcpy(copy, data, size);
        (void)LLVMFuzzerTestOneInput(copy, size);
        free(copy);
}

static void run_file(char *data, size_t size)
{
        run(data, size);
        for (size_t i = 1; i < CUTS; i++)
                run(data, size * i / CUTS);
        for (size_t i = 0; size > 0 && i < CHANGES; i++) {
                size_t at = size * i / CHANGES;
                char old = data[at];

                data[at] = (char)(old ^ (char)(1 << i % 8));
                run(data, size);
                data[at] = old;
        }
}

int main(int argc, char **argv)
{
        run("", 0);
        for (int i = 1; i < argc; i++) {
                _cleanup_(freep) char *data = NULL;
                size_t size;
                int r = file_read(AT_FDCWD, argv[i], INPUT_MAX, &data, &size);

                if (r < 0) {
                        (void)fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
                        return EXIT_FAILURE;
                }
                run_file(data, size);
        }
        return EXIT_SUCCESS;
}
