/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: the entry point, keys that never change, and a check that stops. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops with a message where a promise does not hold. */
#define HOLDS(condition) fuzz_holds((condition), #condition, __FILE__, __LINE__)
void fuzz_holds(bool condition, const char *text, const char *file, int line);

/* A key of each purpose, the same in every run, and a ring that holds their public halves. */
const PrivateKey *fuzz_key(Purpose purpose);
const Keyring *fuzz_ring(void);

/* The input as a string with a NUL behind it; freed by the caller. */
char *fuzz_text(const uint8_t *data, size_t size);
