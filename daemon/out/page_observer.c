/* SPDX-License-Identifier: BSD-2-Clause */
/* What the page says about the observer itself. */
#include <string.h>

#include "base/util.h"
#include "out/page_parts.h"
#include "out/page_words.h"

/* What is missing from the numbers, and what helps. */
static const struct loss {
	const char *family, *value;
	const char *one, *many;
	const char *mend;
} losses[] = {
	{ "shaketap_events_lost_total", "ring_full", "event was lost", "events were lost",
	  "the ring buffer was full; a larger --ring-buffer helps" },
	{ "shaketap_events_lost_total", "ring_full_handshake", "handshake was not told at all",
	  "handshakes were not told at all", "their first events were among those" },
	{ "shaketap_events_lost_total", "table_full", "handshake was not followed",
	  "handshakes were not followed", "the kernel's table was full; see --max-flows" },
	{ "shaketap_events_lost_total", "daemon_full", "handshake was lost", "handshakes were lost",
	  "memory was out" },
	{ "shaketap_events_lost_total", "connects_full", "failed connect was not waited for",
	  "failed connects were not waited for", "too many of them in one timeout" },
	{ "shaketap_flow_evictions_total", NULL, "handshake was given up",
	  "handshakes were given up", "too many were open at once; see --max-flows" },
};

/* Packets that were not followed: usually none of ours to mend, so in one sum. */
static const char refused_family[] = "shaketap_packets_refused_total";

static uint64_t sum_rows(const struct page_facts *facts, const char *family, const char *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < facts->row_count; i++)
		if (!strcmp(facts->rows[i].family, family) &&
		    (!value ||
		     (facts->rows[i].value_text && !strcmp(facts->rows[i].value_text, value))))
			sum += facts->rows[i].value;
	return sum;
}

bool page_has_losses(const struct page_facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(losses); i++)
		if (sum_rows(facts, losses[i].family, losses[i].value))
			return true;
	return false;
}

static void add_losses(struct text *out, const struct page_facts *facts)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(losses); i++) {
		uint64_t n = sum_rows(facts, losses[i].family, losses[i].value);

		if (!n)
			continue;
		text_string(out, any ? "<br>" : "<strong class=\"bad\">");
		any = true;
		page_count(out, n, losses[i].one, losses[i].many);
		text_printf(out, ": %s.", losses[i].mend);
	}
	text_string(out, any ? "</strong>" : "Nothing.");
}

static void add_refused(struct text *out, const struct page_facts *facts)
{
	bool first = true;

	for (size_t i = 0; i < facts->row_count; i++) {
		const struct metric_row *row = &facts->rows[i];

		if (strcmp(row->family, refused_family) || !row->value || !row->value_text)
			continue;
		text_string(out, first ? "" : ", ");
		first = false;
		page_number(out, row->value);
		text_char(out, ' ');
		text_html(out, row->value_text);
	}
	if (first)
		text_string(out, "None.");
}

static void add_interfaces(struct text *out, const struct page_facts *facts)
{
	for (size_t i = 0; i < facts->interface_count; i++) {
		const struct page_interface *interface = &facts->interfaces[i];
		struct bytes name = { (const uint8_t *)interface->name,
				      strnlen(interface->name, sizeof(interface->name)) };

		text_string(out, i ? ", <bdi class=\"name\">" : "<bdi class=\"name\">");
		page_foreign(out, name);
		text_string(out, "</bdi> <span class=\"soft\">");
		text_html(out, interface->hook);
		text_string(out, "</span>");
	}
	if (facts->interface_total > facts->interface_count) {
		text_string(out, " and ");
		page_number(out, facts->interface_total - facts->interface_count);
		text_string(out, " more");
	}
	if (!facts->interface_total)
		text_string(out, "None.");
}

static void add_process(struct text *out, const struct page_facts *facts)
{
	uint64_t up = facts->now - facts->started;
	unsigned share = up ? (unsigned)((double)facts->cpu / (double)up * 1000) : 0;

	page_bytes(out, facts->resident);
	text_printf(out, " of memory, %u.%u%% of one processor since the start", share / 10,
		    share % 10);
}

void page_observer(struct text *out, const struct page_facts *facts)
{
	text_string(out,
		    "<section id=\"observer\">\n<h2>Observer</h2>\n<dl>\n<dt>Interfaces</dt><dd>");
	add_interfaces(out, facts);
	text_string(out, "</dd>\n<dt>Since the start</dt><dd>");
	page_count(out, facts->handshakes, "handshake", "handshakes");
	text_string(out, ", ");
	page_number(out, facts->failures);
	text_string(out, " failed; ");
	page_number(out, facts->unknown);
	text_string(out, " more with an unknown outcome; ");
	page_number(out, facts->in_progress);
	text_string(out, " open now.</dd>\n<dt>Lost</dt><dd>");
	add_losses(out, facts);
	text_string(out, "</dd>\n<dt>Packets not followed</dt><dd>");
	add_refused(out, facts);
	text_string(out, "</dd>\n<dt>Process</dt><dd>Up for ");
	page_span(out, facts->now - facts->started);
	if (facts->resident) {
		text_string(out, ", ");
		add_process(out, facts);
	}
	text_string(out, ".</dd>\n</dl>\n</section>\n");
}
