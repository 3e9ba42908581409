/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/page_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/util.h"

#define DAY_SECONDS 86400

void page_number(struct text *out, uint64_t value)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, value);

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			text_char(out, ',');
		text_char(out, digits[i]);
	}
}

void page_count(struct text *out, uint64_t value, const char *one, const char *many)
{
	page_number(out, value);
	text_char(out, ' ');
	text_string(out, value == 1 ? one : many);
}

void page_span(struct text *out, uint64_t ns)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { DAY_SECONDS, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	uint64_t seconds = ns / NS_PER_S, rest;
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && seconds < units[i].seconds)
		i++;
	page_number(out, seconds / units[i].seconds);
	text_printf(out, " %s", units[i].name);
	if (i + 1 == ARRAY_SIZE(units))
		return;
	rest = seconds % units[i].seconds / units[i + 1].seconds;
	if (rest)
		text_printf(out, " %" PRIu64 " %s", rest, units[i + 1].name);
}

void page_bytes(struct text *out, uint64_t bytes)
{
	page_number(out, (bytes + (1 << 19)) >> 20);
	text_string(out, " MB");
}

void page_time(struct text *out, const struct page_facts *facts, uint64_t at)
{
	time_t when = (time_t)((at + facts->wall_offset) / NS_PER_S);
	time_t now = (time_t)((facts->now + facts->wall_offset) / NS_PER_S);
	bool today = when / DAY_SECONDS == now / DAY_SECONDS;
	char full[32], shown[32];
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(full, sizeof(full), "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(shown, sizeof(shown), today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	text_printf(out, "<time datetime=\"%s\">%s</time>", full, shown);
}

void page_ago(struct text *out, const struct page_facts *facts, uint64_t at)
{
	page_span(out, facts->now > at ? facts->now - at : 0);
	text_string(out, " ago");
}

void page_foreign(struct text *out, struct bytes foreign)
{
	char room[5];
	struct text one;

	for (size_t i = 0; i < foreign.n; i++) {
		text_init_over(&one, room, sizeof(room));
		text_wire(&one, (struct bytes){ foreign.p + i, 1 });
		text_html(out, room);
	}
}

void page_label(struct text *out, const struct history_label *label)
{
	text_string(out, label->named ? "<bdi class=\"name\">"
				      : "<span class=\"soft\">no name,</span> "
					"<bdi class=\"name\">");
	text_html(out, label->text);
	text_string(out, "</bdi>");
}
