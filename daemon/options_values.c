// SPDX-License-Identifier: BSD-2-Clause
#include "options_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "options.h"

#define SECOND_DECIMALS 9

/* strtoull() takes signs, spaces and hexadecimal; none of them is a number here. */
static bool digits(const char **text, uint64_t *out)
{
	const char *p = *text;
	uint64_t value = 0;

	while (*p >= '0' && *p <= '9') {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return false;
		p++;
	}
	if (p == *text)
		return false;
	*text = p;
	*out = value;
	return true;
}

static bool in_range(const struct value_range *range, uint64_t value)
{
	return value >= range->min && value <= range->max;
}

bool value_number(const struct value_range *range, const char *text, void *field)
{
	uint64_t value;

	if (!digits(&text, &value) || *text || !in_range(range, value))
		return false;
	*(uint64_t *)field = value;
	return true;
}

static unsigned int size_shift(const char **text)
{
	static const char suffixes[] = "KMG";
	const char *found;

	if (!**text)
		return 0;
	found = strchr(suffixes, **text & ~0x20); /* k and K alike */
	if (!found)
		return 0;
	(*text)++;
	return 10 * (unsigned int)(found - suffixes + 1);
}

bool value_size(const struct value_range *range, const char *text, void *field)
{
	uint64_t value;
	unsigned int shift;

	if (!digits(&text, &value))
		return false;
	shift = size_shift(&text);
	if (*text || value > range->max >> shift)
		return false;
	value <<= shift;
	if (!in_range(range, value) || value & (value - 1))
		return false;
	*(uint64_t *)field = value;
	return true;
}

bool value_seconds(const struct value_range *range, const char *text, void *field)
{
	uint64_t value, scale = NS_PER_S;

	if (!digits(&text, &value) || value > range->max / NS_PER_S)
		return false;
	value *= NS_PER_S;
	if (*text == '.') {
		size_t n = strspn(++text, "0123456789");

		if (n < 1 || n > SECOND_DECIMALS)
			return false;
		for (; n; n--) {
			scale /= 10;
			value += scale * (uint64_t)(*text++ - '0');
		}
	}
	if (*text || !in_range(range, value))
		return false;
	*(uint64_t *)field = value;
	return true;
}

bool value_choice(const struct value_range *range, const char *text, void *field)
{
	for (unsigned int i = 0; range->words[i]; i++) {
		if (strcmp(range->words[i], text) == 0) {
			*(unsigned int *)field = i;
			return true;
		}
	}
	return false;
}

/* "443" or "8000-8010" */
static bool port_range(const char **text, uint64_t *from, uint64_t *to)
{
	if (!digits(text, from))
		return false;
	*to = *from;
	if (**text == '-') {
		(*text)++;
		if (!digits(text, to))
			return false;
	}
	return *from >= 1 && *from <= *to && *to <= UINT16_MAX;
}

bool value_ports(const struct value_range *range, const char *text, void *field)
{
	uint64_t ports[ST_PORTS_WORDS] = { 0 };
	uint64_t from, to;

	(void)range;
	for (;;) {
		if (!port_range(&text, &from, &to))
			return false;
		for (uint64_t port = from; port <= to; port++)
			ports[port / 64] |= 1ull << (port % 64);
		if (!*text)
			break;
		if (*text++ != ',')
			return false;
	}
	memcpy(field, ports, sizeof(ports));
	return true;
}

bool value_pattern(const struct value_range *range, const char *text, void *field)
{
	struct options_list *list = field;
	const char **p;

	(void)range;
	if (!*text || strcmp(text, "!") == 0)
		return false;
	p = reallocarray(list->p, list->n + 2, sizeof(*p));
	if (!p)
		return false;
	list->p = p;
	list->p[list->n++] = text;
	list->p[list->n] = NULL;
	return true;
}
