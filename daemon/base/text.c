/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND UINT64_C(1000000000)

/* The first allocation: most lines fit, so most texts allocate once. */
#define TEXT_FIRST_ROOM 4096

void text_init(struct text *t, size_t limit)
{
	*t = (struct text){ .limit = limit };
}

void text_init_over(struct text *t, char *buffer, size_t size)
{
	*t = (struct text){ .p = buffer, .room = size, .limit = size - 1, .fixed = true };
	buffer[0] = '\0';
}

void text_reset(struct text *t)
{
	text_truncate(t, 0);
	t->cut = false;
}

void text_truncate(struct text *t, size_t n)
{
	t->n = n;
	if (t->p)
		t->p[n] = '\0';
}

void text_free(struct text *t)
{
	if (!t->fixed)
		free(t->p);
	text_init(t, t->limit);
}

/* Room for n more bytes and the NUL. */
static bool make_room(struct text *t, size_t n)
{
	size_t room = t->room ? t->room : TEXT_FIRST_ROOM;
	char *p;

	if (t->cut || n > t->limit - t->n)
		goto cut;
	if (t->n + n < t->room)
		return true;
	if (t->fixed)
		goto cut;
	while (room <= t->n + n)
		room *= 2;
	if (room > t->limit + 1)
		room = t->limit + 1;
	p = realloc(t->p, room);
	if (!p)
		goto cut;
	t->p = p;
	t->room = room;
	return true;
cut:
	t->cut = true;
	return false;
}

void text_add(struct text *t, const char *p, size_t n)
{
	if (!make_room(t, n))
		return;
	if (n)
		memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

void text_char(struct text *t, char c)
{
	text_add(t, &c, 1);
}

void text_string(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args, again;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0)
		t->cut = true;
	else if (make_room(t, (size_t)n))
		t->n += (size_t)vsnprintf(t->p + t->n, (size_t)n + 1, format, again);
	va_end(again);
	va_end(args);
}

void text_u64(struct text *t, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_add(t, digits + at, sizeof(digits) - at);
}

void text_hex(struct text *t, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		text_printf(t, "%02x", b.p[i]);
}

void text_pad(struct text *t, size_t from, size_t column)
{
	while (t->n < from + column && !t->cut)
		text_char(t, ' ');
}

void text_seconds(struct text *t, uint64_t ns)
{
	uint64_t rest = ns % NS_PER_SECOND;
	int digits = 9;

	text_u64(t, ns / NS_PER_SECOND);
	if (!rest)
		return;
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	text_printf(t, ".%0*" PRIu64, digits, rest);
}

void text_time(struct text *t, uint64_t ns)
{
	time_t seconds = (time_t)(ns / NS_PER_SECOND);
	struct tm tm;

	if (!gmtime_r(&seconds, &tm)) {
		t->cut = true;
		return;
	}
	text_printf(t, "%04d-%02d-%02dT%02d:%02d:%02d.%09" PRIu64 "Z", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		    ns % NS_PER_SECOND);
}

void text_time_of_day(struct text *t, uint64_t ns)
{
	unsigned seconds = (unsigned)(ns / NS_PER_SECOND % 86400);

	text_printf(t, "%02u:%02u:%02u.%03u", seconds / 3600, seconds / 60 % 60, seconds % 60,
		    (unsigned)(ns % NS_PER_SECOND / 1000000));
}
