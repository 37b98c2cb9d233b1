/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that came from a device, a file or a caller: hex, base64, escaping, numbers, times. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define TEXT_TIME_MAX 32u

/* `ret` must hold 2 * n + 1 characters. */
void text_hex(const void *data, size_t n, char *ret);

/* Exactly `n` bytes of lower- or upper-case hex. 0, or -EINVAL. */
int text_unhex(const char *hex, void *ret, size_t n) _must_check_;

/* `hex`: 2 * n characters, with no NUL behind them, in lower case. 0, or -EINVAL with anything in
 * `ret`. */
int text_unhex_lower(const char *hex, void *ret, size_t n) _must_check_;

/* Standard base64 with padding (RFC 4648 section 4), no white space. `ret` holds 4*((n+2)/3)+1. */
void text_base64(const void *data, size_t n, char *ret);
/* Returns the number of bytes, or -EINVAL, or -ENOSPC when more than `max` come out. */
int text_unbase64(const char *text, size_t len, void *ret, size_t max) _must_check_;

/* True for well-formed UTF-8 without control characters (U+0000-001F, 007F-009F), bidirectional
 * overrides (U+202A-202E, 2066-2069, 200E, 200F) or line separators (U+2028, 2029). */
bool text_is_clean(const char *text, size_t len);

/* Copies `len` bytes so that they are safe on a terminal and in a log: what text_is_clean() refuses
 * becomes \xNN per byte, a backslash \\. Always terminates; cut at `max` - 1 on a whole escape. */
void text_escape(const void *data, size_t len, char *ret, size_t max);

/* True if `n` bytes of `word` stand somewhere in it, ASCII letters in whatever case. */
bool text_has(const char *text, size_t len, const char *word, size_t n);

/* Decimal digits only, no sign or blanks. 0, -EINVAL, -ERANGE. */
int text_u64(const char *text, uint64_t max, uint64_t *ret) _must_check_;

/* "90", "90s", "30m", "8h", "7d", and sums like "1h30m" to seconds, 1 .. max. */
int text_duration(const char *text, uint64_t max, uint64_t *ret) _must_check_;

/* RFC 3339 in UTC, "2026-11-21T08:00:00Z", or a date alone (00:00:00Z), to seconds since the
 * epoch. */
int text_time(const char *text, int64_t *ret) _must_check_;
/* The other way; `ret` holds TEXT_TIME_MAX. */
void text_time_format(int64_t t, char *ret);
/* Microseconds since the epoch as 2026-11-21T08:00:00.123456Z. */
void text_time_format_us(uint64_t us, char *ret);
