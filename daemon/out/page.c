/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/page.h"

#include <inttypes.h>

#include "base/util.h"
#include "out/page_chart.h"
#include "out/page_parts.h"
#include "out/page_style.h"
#include "out/page_words.h"

#define MINUTE_NS (60 * NS_PER_S)
#define CHART_HEIGHT 48
#define LIVE_SECONDS 5

/* The state in a few words: it is also what a tab of the browser shows. */
static void add_title(struct text *out, const struct page_facts *facts, size_t failing)
{
	if (!facts->ready)
		text_string(out, "not observing - ");
	else if (failing)
		text_printf(out, "%zu failing - ", failing);
	text_string(out, "shaketap");
}

static void add_head(struct text *out, const struct page_facts *facts, size_t failing)
{
	text_string(out,
		    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, "
		    "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
	if (facts->live)
		text_printf(out, "<meta http-equiv=\"refresh\" content=\"%u\">\n", LIVE_SECONDS);
	text_string(out, "<title>");
	add_title(out, facts, failing);
	text_string(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>");
	text_string(out, page_style);
	text_string(out, "</style>\n</head>\n<body>\n");
}

static void add_header(struct text *out, const struct page_facts *facts)
{
	text_string(out, "<header>\n<h1>shaketap <span>");
	text_html(out, facts->version);
	text_string(out, "</span></h1>\n<p>As of ");
	page_time(out, facts, facts->now);
	text_string(out, " UTC, up for ");
	page_span(out, facts->now - facts->started);
	text_string(out, "</p>\n<p>");
	if (facts->live)
		text_printf(out, "Reloads every %u s. <a href=\"/\">Stop</a>", LIVE_SECONDS);
	else
		text_printf(out, "<a href=\"/?live\">Reload every %u s</a>", LIVE_SECONDS);
	text_string(out, "</p>\n</header>\n<main>\n");
}

/* The one line that is read first. */
static void add_state(struct text *out, const struct page_facts *facts, size_t failing)
{
	bool bad = !facts->ready || failing;

	text_printf(out, "<p class=\"state%s\">", bad ? " bad" : "");
	if (!facts->ready) {
		text_string(out, "Not observing");
		if (facts->reason) {
			text_string(out, ": ");
			text_html(out, facts->reason);
		}
	} else if (failing) {
		/* More are not remembered. */
		text_string(out, failing == HISTORY_FAILURES ? "At least " : "");
		page_count(out, failing, "kind of failure", "kinds of failure");
		text_string(out, " in the last five minutes");
	} else if (facts->handshakes || facts->unknown) {
		text_string(out, "No failure in the last five minutes");
	} else {
		text_string(out, "No handshake has passed yet");
	}
	text_string(out, "</p>\n");
	if (failing)
		page_worst(out, facts);
	if (page_has_losses(facts))
		text_string(out, "<p class=\"odd\">Not everything was seen: <a href=\"#observer\">"
				 "what was lost</a>.</p>\n");
}

static void add_minute(struct text *out, const struct page_facts *facts)
{
	const struct window *seconds = history_seconds(facts->history);
	uint64_t now = facts->now / NS_PER_S;
	uint64_t failed = window_sum(seconds, now, WINDOW_FAILED);
	uint64_t unknown = window_sum(seconds, now, WINDOW_UNKNOWN);

	text_string(out, "<p class=\"sums\">Last minute: ");
	page_count(out, window_all(seconds, now), "handshake", "handshakes");
	text_string(out, failed ? ", <strong class=\"bad\">" : ", <span>");
	page_number(out, failed);
	text_string(out, failed ? " failed</strong>" : " failed</span>");
	text_string(out, unknown ? ", <strong class=\"odd\">" : ", <span>");
	page_number(out, unknown);
	text_string(out, unknown ? " unknown</strong>" : " unknown</span>");
	text_string(out, ".</p>\n");
}

static void add_hour(struct text *out, const struct page_facts *facts)
{
	struct page_chart chart = { .window = history_minutes(facts->history),
				    .now = facts->now / MINUTE_NS,
				    .name = "hour",
				    .height = CHART_HEIGHT };

	text_string(out, "<figure>\n");
	page_chart(out, &chart);
	text_string(out, "\n<figcaption><span>an hour ago</span><span>now</span>"
			 "<span class=\"legend\">Handshakes by minute, at most ");
	page_number(out, page_chart_peak(&chart));
	text_string(out,
		    ": <span class=\"gc\" aria-hidden=\"true\">&#9632;</span>&nbsp;good "
		    "<span class=\"bad\" aria-hidden=\"true\">&#9632;</span>&nbsp;failed "
		    "<span class=\"odd\" aria-hidden=\"true\">&#9632;</span>&nbsp;unknown</span>"
		    "</figcaption>\n</figure>\n");
}

void page_write(struct text *out, const struct page_facts *facts)
{
	size_t failing = history_failing(facts->history, facts->now, PAGE_FRESH_NS);

	add_head(out, facts, failing);
	add_header(out, facts);
	add_state(out, facts, failing);
	add_minute(out, facts);
	add_hour(out, facts);
	page_failures(out, facts);
	page_names(out, facts);
	page_observer(out, facts);
	text_string(out,
		    "</main>\n<footer><a href=\"/metrics\">/metrics</a>"
		    "<a href=\"/healthz\">/healthz</a><a href=\"/readyz\">/readyz</a></footer>\n"
		    "</body>\n</html>\n");
}
