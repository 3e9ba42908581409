/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/page.h"

#include <inttypes.h>

static const char head[] = "<!DOCTYPE html>\n"
			   "<html lang=\"en\">\n"
			   "<head>\n"
			   "<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width\">\n"
			   "<title>shaketap</title>\n"
			   "<style>\n"
			   "body { font-family: sans-serif; margin: 2em; }\n"
			   "th { text-align: left; padding-right: 2em; font-weight: normal; }\n"
			   "td { text-align: right; }\n"
			   "</style>\n"
			   "</head>\n"
			   "<body>\n";

static const char foot[] = "<ul>\n"
			   "<li><a href=\"/metrics\">/metrics</a> for Prometheus</li>\n"
			   "<li><a href=\"/healthz\">/healthz</a> is the process alive?</li>\n"
			   "<li><a href=\"/readyz\">/readyz</a> does it observe?</li>\n"
			   "</ul>\n"
			   "</body>\n"
			   "</html>\n";

static void add_state(struct text *out, const struct page_numbers *numbers)
{
	text_string(out, numbers->ready ? "<p>observing" : "<p>not ready");
	if (!numbers->ready && numbers->reason) {
		text_string(out, ": ");
		text_html(out, numbers->reason);
	}
	text_printf(out, ", up for %" PRIu64 " s</p>\n", numbers->uptime);
}

void page_index(struct text *out, const struct page_numbers *numbers)
{
	const struct {
		const char *words;
		uint64_t value;
	} rows[] = {
		{ "handshakes with a known outcome", numbers->handshakes },
		{ "failed among them", numbers->failures },
		{ "with an unknown outcome", numbers->unknown },
		{ "in progress", numbers->in_progress },
		{ "interfaces observed", numbers->interfaces },
	};

	text_string(out, head);
	text_string(out, "<h1>shaketap ");
	text_html(out, numbers->version);
	text_string(out, "</h1>\n");
	add_state(out, numbers);
	text_string(out, "<table>\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		text_printf(out, "<tr><th>%s</th><td>%" PRIu64 "</td></tr>\n", rows[i].words,
			    rows[i].value);
	text_string(out, "</table>\n");
	text_string(out, foot);
}
