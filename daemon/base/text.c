/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS 1000000
#define SECONDS_PER_DAY 86400

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

char *text_room_slowly(struct text *t, size_t n)
{
	return make_room(t, n) ? t->p + t->n : NULL;
}

char *text_more_slowly(struct text *t, size_t n)
{
	char *p;

	if (!make_room(t, n))
		return NULL;
	p = t->p + t->n;
	t->n += n;
	p[n] = '\0';
	return p;
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

size_t text_width(uint64_t value)
{
	static const uint64_t powers[] = {
#define POWERS(n) (n), (n)*10, (n)*100, (n)*1000, (n)*10000
		POWERS(UINT64_C(1)),
		POWERS(UINT64_C(100000)),
		POWERS(UINT64_C(10000000000)),
		POWERS(UINT64_C(1000000000000000)),
#undef POWERS
	};
	/* 0 is as wide as 1, and no other width changes with the lowest bit. */
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	/* log10(2), rounded up so little that only the next power of ten can be missed. */
	unsigned guess = bits * 1233 / 4096;

	return guess + ((value | 1) >= powers[guess]);
}

void text_u64(struct text *t, uint64_t value)
{
	text_digits(t, value, text_width(value));
}

static void put_two(char *p, unsigned value)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";

	memcpy(p, pairs + 2 * value, 2);
}

void text_put_digits(char *p, uint64_t value, size_t width)
{
	/* Two at a time: half the divisions. */
	for (; width >= 2; width -= 2, value /= 100)
		put_two(p + width - 2, value % 100);
	if (width)
		*p = (char)('0' + value % 10);
}

char *text_put_u64(char *p, uint64_t value)
{
	size_t width;

	/* As most numbers of a record. */
	if (value < 10) {
		*p = (char)('0' + value);
		return p + 1;
	}
	if (value < 100) {
		put_two(p, (unsigned)value);
		return p + 2;
	}
	width = text_width(value);
	text_put_digits(p, value, width);
	return p + width;
}

void text_digits(struct text *t, uint64_t value, size_t width)
{
	char *p = text_more(t, width);

	if (p)
		text_put_digits(p, value, width);
}

static char hex_digit(uint8_t value)
{
	/* Reckoned, not looked up: so compilers do many at a time. */
	return (char)(value + (value < 10 ? '0' : 'a' - 10));
}

void text_hex(struct text *t, struct bytes b)
{
	char *p = text_more(t, 2 * b.n);

	for (size_t i = 0; p && i < b.n; i++) {
		p[2 * i] = hex_digit(b.p[i] >> 4);
		p[2 * i + 1] = hex_digit(b.p[i] & 15);
	}
}

void text_pad(struct text *t, size_t from, size_t column)
{
	size_t n = from + column > t->n ? from + column - t->n : 0;
	char *p = text_more(t, n);

	if (p)
		memset(p, ' ', n);
}

void text_seconds(struct text *t, uint64_t ns)
{
	uint64_t rest = ns % NS_PER_SECOND;
	size_t digits = 9;

	text_u64(t, ns / NS_PER_SECOND);
	if (!rest)
		return;
	for (; rest % 10 == 0; rest /= 10)
		digits--;
	text_char(t, '.');
	text_digits(t, rest, digits);
}

/*
 * The date of a day since the epoch in the Gregorian calendar, as gmtime() has it, without its
 * lock. Years are counted from March, so that the day that may be missing is the last of a year; an
 * era has 400 of them. Months of 30.6 days, rounded down, are as long as those from March on.
 */
static void put_date(char *p, uint32_t day)
{
	uint32_t since = day + 719468; /* days from 1 March of the year 0 to the epoch */
	uint32_t era = since / 146097, of_era = since % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153; /* 0: March */

	text_put_digits(p, era * 400 + year + (month >= 10), 4);
	put_two(p + 5, month < 10 ? month + 3 : month - 9);
	put_two(p + 8, of_year - (153 * month + 2) / 5 + 1);
}

static void put_clock(char *p, uint32_t seconds)
{
	put_two(p, seconds / 3600);
	put_two(p + 3, seconds / 60 % 60);
	put_two(p + 6, seconds % 60);
}

/* A time with its digits to come, and room for it; NULL: it does not fit. */
static char *add_form(struct text *t, const char *form)
{
	size_t at = t->n;

	text_add(t, form, strlen(form));
	return t->cut ? NULL : t->p + at;
}

void text_time(struct text *t, uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND;
	char *p = add_form(t, "0000-00-00T00:00:00.000000000Z");

	if (!p)
		return;
	put_date(p, (uint32_t)(seconds / SECONDS_PER_DAY));
	put_clock(p + strlen("0000-00-00T"), (uint32_t)(seconds % SECONDS_PER_DAY));
	text_put_digits(p + strlen("0000-00-00T00:00:00."), ns % NS_PER_SECOND, 9);
}

void text_time_of_day(struct text *t, uint64_t ns)
{
	char *p = add_form(t, "00:00:00.000");

	if (!p)
		return;
	put_clock(p, (uint32_t)(ns / NS_PER_SECOND % SECONDS_PER_DAY));
	text_put_digits(p + strlen("00:00:00."), ns % NS_PER_SECOND / NS_PER_MS, 3);
}
