/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/addr.h"
#include "out/page_parts.h"
#include "out/page_words.h"

static void add_end(struct text *out, const struct hs_end *end)
{
	char ip[ADDR_TEXT_SIZE];

	addr_text(end->addr, ip);
	text_printf(out, addr_is_v4(end->addr) ? "%s:%u" : "[%s]:%u", ip, end->port);
}

static void add_where(struct text *out, const struct hs_failure *failure)
{
	static const char *const ended[HS_SIDES] = {
		[HS_CLIENT] = ", ended by the client",
		[HS_SERVER] = ", ended by the server",
		[HS_NOBODY] = ", ended by nobody",
	};

	text_printf(out, "<span class=\"soft\">at %s%s%s</span>", hs_stage_names[failure->stage],
		    ended[failure->side], failure->suspected ? " (suspected)" : "");
}

/* The sentence of the last one and who took part: numbers of ports say where to look further. */
static void add_last(struct text *out, const struct history_failure *entry)
{
	text_html(out, entry->failure.text);
	text_string(out, " <span class=\"ends soft\">");
	add_end(out, &entry->end[HS_CLIENT]);
	text_string(out, " &gt; ");
	add_end(out, &entry->end[HS_SERVER]);
	text_string(out, "</span>");
}

static void add_row(struct text *out, const struct page_facts *facts,
		    const struct history_failure *entry)
{
	bool fresh = facts->now - entry->last < PAGE_FRESH_NS;

	text_printf(out, "<tr%s><th scope=\"row\"><span class=\"cause\">%s</span> ",
		    fresh ? "" : " class=\"old\"", hs_cause_names[entry->failure.cause]);
	add_where(out, &entry->failure);
	text_string(out, "</th>\n<td class=\"who\">");
	page_label(out, &entry->label);
	text_string(out, "</td>\n<td class=\"n\"><span class=\"key\">times </span>");
	page_number(out, entry->count);
	text_string(out, "</td>\n<td class=\"t\"><span class=\"key\">since </span>");
	page_time(out, facts, entry->first);
	text_string(out, "</td>\n<td class=\"t\"><span class=\"key\">last </span>");
	page_time(out, facts, entry->last);
	text_string(out, " <span class=\"soft\">");
	page_ago(out, facts, entry->last);
	text_string(out, "</span></td>\n<td class=\"last\">");
	add_last(out, entry);
	text_string(out, "</td></tr>\n");
}

/* Of those that the line above counts; NULL: none. */
static const struct history_failure *worst(const struct page_facts *facts)
{
	const struct history_failure *all[HISTORY_FAILURES];
	size_t n = history_failures(facts->history, facts->now, all, HISTORY_FAILURES);

	for (size_t i = 0; i < n; i++)
		if (facts->now - all[i]->last < PAGE_FRESH_NS)
			return all[i];
	return NULL;
}

/* The answer to what, which name and since when, in one line. */
void page_worst(struct text *out, const struct page_facts *facts)
{
	const struct history_failure *entry = worst(facts);

	if (!entry)
		return;
	text_printf(out, "<p class=\"sums\">Mostly <span class=\"cause\">%s</span> for ",
		    hs_cause_names[entry->failure.cause]);
	page_label(out, &entry->label);
	text_string(out, ": ");
	page_count(out, entry->count, "time", "times");
	text_string(out, entry->count == 1 ? ", at " : " since ");
	page_time(out, facts, entry->first);
	text_string(out, ", last ");
	page_ago(out, facts, entry->last);
	text_string(out, ".</p>\n");
}

void page_failures(struct text *out, const struct page_facts *facts)
{
	const struct history_failure *entries[PAGE_FAILURES];
	size_t n = history_failures(facts->history, facts->now, entries, PAGE_FAILURES);

	text_string(out, "<section>\n<h2>Failures</h2>\n");
	if (!n) {
		text_string(out, "<p class=\"soft\">No handshake has failed since the start.</p>\n"
				 "</section>\n");
		return;
	}
	text_string(out,
		    "<table class=\"failures\">\n<thead><tr><th scope=\"col\">Cause</th>"
		    "<th scope=\"col\">Server name</th><th scope=\"col\" class=\"n\">Times</th>"
		    "<th scope=\"col\">Since</th><th scope=\"col\">Last</th>"
		    "<th scope=\"col\">What happened last</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < n; i++)
		add_row(out, facts, entries[i]);
	text_string(out, "</tbody>\n</table>\n");
	text_printf(out,
		    "<p class=\"note\">Most failures of late first, at most %u kinds. Times are "
		    "UTC.</p>\n</section>\n",
		    PAGE_FAILURES);
}
