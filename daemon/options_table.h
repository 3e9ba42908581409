/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands and options as tables: parsing, messages and help all come from them. */
#ifndef SHAKETAP_OPTIONS_TABLE_H
#define SHAKETAP_OPTIONS_TABLE_H

#include <stddef.h>

#include "options.h"
#include "options_values.h"

/* Keys of options without a short form: above every character. */
enum {
	KEY_ONLY = 256,
	KEY_TIMEOUT,
	KEY_PORTS,
	KEY_FLOWS,
	KEY_RING,
	KEY_NAMES,
	KEY_NAME,
	KEY_NO_CERTIFICATES,
	KEY_METRICS,
	KEY_VERSION
};

struct option_row {
	int key;
	const char *name;
	const char *metavar; /* NULL: takes no value */
	const char *help;
	const char *allowed;  /* ends the sentence "allowed is ..." */
	const char *standard; /* the default as one would type it, NULL: none */
	value_fn *parse;
	size_t field;
	struct value_range range;
};

struct command_row {
	const char *name;
	enum options_command command;
	const char *help;
	const char *arguments; /* what follows the options; NULL: nothing may */
	const struct option_row *rows;
	size_t n;
};

#define COMMANDS 3

/* The most options a command may have; options_table.c asserts it. */
#define OPTION_ROWS_MAX 16

/* Indexed by enum options_command. */
extern const struct command_row command_rows[COMMANDS];

/* NULL: the command has no option with this key. */
const struct option_row *option_row(const struct command_row *command, int key);

#endif
