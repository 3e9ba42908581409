/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the text of an option's value to what it means. Each parser gives false
 * for anything but a whole, valid value within its range, and then leaves
 * field alone; what is allowed says the row of the table in options.c.
 */
#ifndef SHAKETAP_OPTIONS_VALUES_H
#define SHAKETAP_OPTIONS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* What a row of the option table gives its parser besides the text. */
struct value_range {
	uint64_t min, max;
	const char *const *words; /* of a choice, ended by NULL */
};

typedef bool value_fn(const struct value_range *range, const char *text, void *field);

value_fn value_number;	/* uint64_t, decimal */
value_fn value_size;	/* uint64_t, bytes: a power of two, K, M or G behind it */
value_fn value_seconds; /* uint64_t, ns from seconds with up to nine decimals; range in ns */
value_fn value_choice;	/* unsigned int: index into the words */
value_fn value_ports;	/* uint64_t[ST_PORTS_WORDS]: "443,8000-8010" */
value_fn value_pattern; /* struct options_list: one more pattern that is not empty */

#endif
