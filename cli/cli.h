/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every verb shares: exit codes, the shape of a verb and of its options, messages. */
#pragma once

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/macros.h"
#include "lib/names.h"

#define _(text) gettext(text)
#define N_(text) (text)

/* Functions that talk to the person return one of these; the reason is on stderr already. */
typedef enum CliExit {
        CLI_OK = 0,
        CLI_FAILED = 1,
        CLI_USAGE = 2,
        CLI_REFUSED = 3, /* by policy */
        CLI_DENIED = 4,  /* not permitted */
        CLI_BROKEN = 5,  /* evidence does not verify */
} CliExit;

typedef enum OptionKind {
        OPTION_FLAG, /* bool */
        OPTION_TEXT, /* const char * */
        OPTION_LIST, /* OptionList */
} OptionKind;

#define OPTION_LIST_MAX 32u
typedef struct OptionList {
        const char *items[OPTION_LIST_MAX];
        size_t n;
} OptionList;

typedef struct Option {
        const char *name;
        char letter; /* 0 = long form only */
        OptionKind kind;
        size_t offset;        /* of the member in the verb's arguments */
        const char *argument; /* NULL for a flag */
        const char *help;
} Option;

#define FLAG(type, member, name, letter, help) \
        { \
                name, letter, OPTION_FLAG, offsetof(type, member), NULL, help \
        }
#define TEXT(type, member, name, letter, argument, help) \
        { \
                name, letter, OPTION_TEXT, offsetof(type, member), argument, help \
        }
#define LIST(type, member, name, letter, argument, help) \
        { \
                name, letter, OPTION_LIST, offsetof(type, member), argument, help \
        }

typedef struct Verb {
        const char *name;
        const char *usage;   /* what stands behind the name; "" */
        const char *summary; /* one line */
        const char *details; /* more for --help, or NULL */
        const Option *options;
        size_t n_options;
        int min, max; /* number of words beside the options */
        size_t size;  /* of the arguments' struct */
        int (*run)(void *args, int n_words, char **words);
} Verb;

extern const Verb *const cli_verbs[];
const Verb *cli_find_verb(const char *name);
void cli_print_help(void);

/* Reads argv[1..] of a verb. -1: go on; otherwise what to exit with (--help, or a mistake). */
int options_parse(const Verb *verb, int argc, char **argv, void *args, int *ret_n,
                  char ***ret_words);
void options_print_help(const Verb *verb);

/* The candidate that looks most like `word`, or NULL if none does. */
const char *cli_nearest(const char *word, const char *const *candidates, size_t n);

/* "usbzonectl: TEXT" on stderr; returns `code`. */
int cli_fail(int code, const char *format, ...) _printf_(2, 3);
/* The same, with what errno -`error` means behind it; -EACCES and -EPERM give CLI_DENIED. */
int cli_fail_errno(int error, const char *format, ...) _printf_(2, 3);
int cli_out_of_memory(void);
/* Something to know that is no failure, on stderr. */
void cli_note(const char *format, ...) _printf_(1, 2);

/* Reads a line from the terminal, without its newline; NULL without a terminal or at the end. */
char *cli_ask(const char *question, const char *proposal);
bool cli_is_interactive(void);
/* True only if the person types `word`. */
bool cli_confirm(const char *question, const char *word);
