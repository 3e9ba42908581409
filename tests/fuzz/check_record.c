/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_record.h"

#include <string.h>

#include "check_text.h"
#include "must.h"
#include "out/json.h"
#include "out/line.h"
#include "out/metrics.h"
#include "out/metrics_page.h"
#include "tls/names.h"

#define RECORD_MAX (4 * 1024 * 1024)
#define PAGE_MAX (64 * 1024 * 1024)
#define SERVER_NAMES 8

/* As the daemon has them: made once, used for every record. To make the metrics takes long. */
static struct outputs {
	struct text json, recalled, line;
	struct digester *digester;
	struct memo *memo;
	struct metrics *metrics;
} outputs;

static void open_outputs(void)
{
	const struct metrics_limits limits = { .max_server_names = SERVER_NAMES };

	if (outputs.metrics)
		return;
	text_init(&outputs.json, RECORD_MAX);
	text_init(&outputs.recalled, RECORD_MAX);
	text_init(&outputs.line, RECORD_MAX);
	outputs.digester = digester_new();
	outputs.memo = memo_new(1);
	MUST(outputs.digester && outputs.memo);
	outputs.metrics = metrics_new(&limits);
	MUST(outputs.metrics);
}

static bool is_13(const struct handshake *hs)
{
	return tls_is_13(hs->server_hello.version);
}

/* Nobody is done before both sides have said Finished. */
static void check_success(const struct handshake *hs)
{
	MUST(hs->stage == HS_ESTABLISHED);
	MUST(hs->has_server_hello && hs->complete);
	MUST(hs->client_finished_time);
	/* That of the server in TLS 1.3 may have been missed: the client's stands for it. */
	MUST(is_13(hs) ? hs->server_flight_end_time : hs->server_finished_time);
	MUST(hs->round_trips >= 0);
}

static void check_failure(const struct handshake *hs)
{
	const struct hs_failure *failure = &hs->failure;
	size_t n = strnlen(failure->text, sizeof(failure->text));

	MUST(failure->cause > HS_CAUSE_NONE && failure->cause < HS_CAUSES);
	MUST(failure->stage < HS_STAGES && failure->side < HS_SIDES);
	MUST(n && n < sizeof(failure->text));
	check_printable(failure->text, n);
	MUST(hs->complete && hs->stage < HS_ESTABLISHED);
}

static void check_unknown(const struct handshake *hs)
{
	MUST(hs->unknown > HS_UNKNOWN_NONE && hs->unknown < HS_UNKNOWN_CAUSES);
	MUST(!hs->complete && !hs->failure.text[0] && hs->failure.side == HS_NOBODY);
}

static void check_facts(const struct handshake *hs)
{
	MUST(hs->stage < HS_STAGES && hs->role < HS_ROLES && hs->resumption < HS_RESUMPTIONS);
	MUST(hs->message_count <= HS_MESSAGES_MAX && hs->alert_count <= HS_ALERTS_MAX);
	MUST(!hs->message_count || hs->messages);
	MUST(hs->stage < HS_SERVER_HELLO || hs->has_server_hello ||
	     hs->unknown == HS_JOINED_MIDWAY);
	MUST(hs->stage < HS_CLIENT_HELLO || hs->client_hello_time || hs->unknown);
	for (unsigned i = 0; i < hs->message_count; i++)
		MUST(hs->messages[i].from < HS_NOBODY);
	for (unsigned i = 0; i < hs->alert_count; i++)
		MUST(hs->alerts[i].from < HS_NOBODY);
	MUST((hs->outcome == HS_UNKNOWN) == (hs->unknown != HS_UNKNOWN_NONE));
	MUST((hs->outcome == HS_FAILURE) == (hs->failure.cause != HS_CAUSE_NONE));
}

/* With what the records before left in memory it is the same. */
static void check_recalled(const struct handshake *hs, struct record_context context)
{
	struct text *recalled = &outputs.recalled;

	context.digester = outputs.digester;
	context.memo = outputs.memo;
	text_reset(recalled);
	json_record(recalled, hs, &context);
	MUST(recalled->n == outputs.json.n && !memcmp(recalled->p, outputs.json.p, recalled->n));
}

static void check_outputs(const struct handshake *hs)
{
	static const char *const outcomes[] = { [HS_SUCCESS] = "\"outcome\":\"success\"",
						[HS_FAILURE] = "\"outcome\":\"failure\"",
						[HS_UNKNOWN] = "\"outcome\":\"unknown\"" };
	const struct record_context context = {
		.wall_offset = hs->wall_offset,
		.interface = "eth0",
		.with_role = true,
	};
	struct text *json = &outputs.json, *line = &outputs.line;

	text_reset(json);
	json_record(json, hs, &context);
	MUST(!json->cut);
	check_line(json->p, json->n);
	check_json(json->p, json->n - 1);
	MUST(strstr(json->p, outcomes[hs->outcome]));
	check_recalled(hs, context);
	text_reset(line);
	line_record(line, hs, &(struct line_context){ hs->wall_offset, false });
	MUST(!line->cut);
	check_line(line->p, line->n);
}

void check_record(const struct handshake *hs)
{
	MUST(hs->outcome > HS_OPEN && hs->outcome <= HS_UNKNOWN);
	check_facts(hs);
	if (hs->outcome == HS_SUCCESS)
		check_success(hs);
	else if (hs->outcome == HS_FAILURE)
		check_failure(hs);
	else
		check_unknown(hs);
	open_outputs();
	check_outputs(hs);
	metrics_count(outputs.metrics, hs, hs->wall_offset);
}

void check_page(void)
{
	struct metrics_page page = { .version = "fuzz" };
	struct text text;

	open_outputs();
	page.metrics = outputs.metrics;
	text_init(&text, PAGE_MAX);
	for (int openmetrics = 0; openmetrics < 2; openmetrics++) {
		text_reset(&text);
		metrics_page_write(&page, openmetrics, &text);
		MUST(!text.cut);
		check_metrics(text.p, text.n);
	}
	text_free(&text);
}
