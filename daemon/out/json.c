/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/json.h"

#include <stdio.h>

#include "base/addr.h"
#include "base/util.h"
#include "out/community_id.h"
#include "out/facts.h"
#include "out/findings.h"
#include "out/json_parts.h"
#include "out/json_piece.h"
#include "tls/names.h"

static const char *const outcome_names[] = {
	[HS_OPEN] = "unknown",
	[HS_SUCCESS] = "success",
	[HS_FAILURE] = "failure",
	[HS_UNKNOWN] = "unknown",
};

static void add_event(struct json *j, const struct handshake *hs)
{
	struct json_mark mark = json_object(j, "event");
	uint64_t ns;

	json_name(j, "outcome", outcome_names[hs->outcome]);
	if (facts_duration(hs, &ns))
		json_number(j, "duration", ns);
	json_object_end(j, mark);
}

static void add_network(struct json *j, const struct handshake *hs, struct digester *digester)
{
	struct json_mark mark = json_object(j, "network"), vlan;
	char text[COMMUNITY_ID_SIZE];

	json_name(j, "transport", "tcp");
	json_name(j, "type", addr_is_v4(hs->end[HS_CLIENT].addr) ? "ipv4" : "ipv6");
	if (hs->vlan) {
		vlan = json_object(j, "vlan");
		snprintf(text, sizeof(text), "%u", hs->vlan);
		json_name(j, "id", text);
		json_object_end(j, vlan);
	}
	if (community_id(&hs->end[HS_CLIENT], &hs->end[HS_SERVER], digester, text))
		json_name(j, "community_id", text);
	json_object_end(j, mark);
}

static void add_end(struct json *j, const struct json_fragment *key, const struct hs_end *end)
{
	char *p = json_piece(j, sizeof(*key) + ADDR_TEXT_SIZE + sizeof("\",\"port\":}") +
					JSON_NUMBER_MAX);

	if (!p)
		return;
	p = json_put_fragment(p, key);
	addr_text(end->addr, p);
	p = json_put(p + strlen(p), "\",\"port\":");
	json_piece_end(j, json_put(text_put_u64(p, end->port), "}"));
}

static void add_hello_retry(struct json *j, const struct handshake *hs)
{
	char code[FACTS_CODE_SIZE];
	uint16_t group = hs->hello_retry_group;

	if (!hs->hello_retry)
		return;
	/* Kept when empty: a HelloRetryRequest may ask for a cookie only. */
	json_key(j, "hello_retry");
	text_char(j->out, '{');
	j->first = true;
	if (hs->hello_retry_has_group)
		json_name(j, "requested_group", facts_name(tls_group_name(group), group, code));
	text_char(j->out, '}');
	j->first = false;
}

static void add_times(struct json *j, const struct handshake *hs)
{
	static const struct json_fragment names[] = {
		JSON_FRAGMENT("\"tcp_connect\":"),
		JSON_FRAGMENT("\"client_hello_to_server_hello\":"),
		JSON_FRAGMENT("\"server_flight\":"),
		JSON_FRAGMENT("\"client_flight\":"),
		JSON_FRAGMENT("\"first_application_data\":"),
	};
	const struct {
		uint64_t from, to;
	} spans[] = {
		{ hs->syn_time, hs->synack_time },
		{ hs->client_hello_time, hs->server_hello_time },
		{ hs->server_hello_time, hs->server_flight_end_time },
		{ hs->client_flight_time, hs->client_finished_time },
		{ hs->client_hello_time, hs->application_data_time },
	};
	struct json_mark mark = json_object(j, "times");
	char *p;
	uint64_t ns;

	for (size_t i = 0; i < ARRAY_SIZE(spans); i++) {
		if (!facts_span(spans[i].from, spans[i].to, &ns))
			continue;
		p = json_piece(j, sizeof(names[i]) + JSON_NUMBER_MAX);
		if (p)
			json_piece_end(j, text_put_u64(json_put_fragment(p, &names[i]), ns));
	}
	json_object_end(j, mark);
}

static void add_failure(struct json *j, const struct handshake *hs)
{
	const struct hs_failure *f = &hs->failure;
	struct json_mark mark;

	if (hs->outcome != HS_FAILURE)
		return;
	mark = json_object(j, "failure");
	json_name(j, "stage", hs_stage_names[f->stage]);
	json_name(j, "side", hs_side_names[f->side]);
	json_name(j, "cause", hs_cause_names[f->cause]);
	json_name(j, "certainty", f->suspected ? "suspected" : "observed");
	json_string(j, "text", f->text);
	json_object_end(j, mark);
}

static void add_findings(struct json *j, const struct handshake *hs,
			 const struct record_context *ctx)
{
	uint32_t findings = ctx->findings ? *ctx->findings
					  : findings_of(hs, facts_start(hs) + ctx->wall_offset);

	if (!findings)
		return;
	json_list(j, "findings");
	for (unsigned i = 0; i < FINDINGS; i++)
		if (findings >> i & 1)
			json_name(j, NULL, finding_name((enum finding)i));
	json_list_end(j);
}

static void add_shaketap(struct json *j, const struct handshake *hs,
			 const struct record_context *ctx, struct json_shapes *shapes)
{
	struct json_mark mark = json_object(j, "shaketap");

	json_string(j, "interface", ctx->interface);
	if (ctx->with_role && hs->role != HS_ROLE_NONE)
		json_name(j, "role", hs_role_names[hs->role]);
	json_name(j, "stage", hs_stage_names[hs->stage]);
	json_bool(j, "complete", hs->complete);
	if (hs->outcome == HS_UNKNOWN && hs->unknown != HS_UNKNOWN_NONE)
		json_name(j, "unknown_cause", hs_unknown_names[hs->unknown]);
	if (hs->resumption != HS_RESUMPTION_NONE)
		json_name(j, "resumption", hs_resumption_names[hs->resumption]);
	if (hs->early_data != HS_EARLY_NONE)
		json_name(j, "early_data", hs_early_data_names[hs->early_data]);
	add_hello_retry(j, hs);
	json_client_hello(j, hs, &shapes->client);
	json_server_hello(j, hs, &shapes->server);
	json_key_exchange(j, hs, &shapes->server);
	if (hs->client_certificate != HS_CERT_NONE)
		json_name(j, "client_certificate",
			  hs_client_certificate_names[hs->client_certificate]);
	json_messages(j, hs, facts_start(hs));
	json_alerts(j, hs);
	add_times(j, hs);
	if (hs->round_trips >= 0)
		json_number(j, "round_trips", (uint64_t)hs->round_trips);
	add_failure(j, hs);
	add_findings(j, hs, ctx);
	json_object_end(j, mark);
}

static void find_shapes(struct json_shapes *shapes, const struct handshake *hs, struct memo *memo)
{
	if (hs->client_hello)
		json_client_shape(&shapes->client, memo, hs->client_hello);
	if (hs->has_server_hello)
		json_server_shape(&shapes->server, memo, hs);
}

static void keep_shapes(const struct json_shapes *shapes, const struct handshake *hs,
			const struct json *j)
{
	if (hs->client_hello)
		json_shape_keep(&shapes->client, j);
	if (hs->has_server_hello)
		json_shape_keep(&shapes->server, j);
}

void json_record(struct text *out, const struct handshake *hs, const struct record_context *ctx)
{
	static const struct json_fragment client = JSON_FRAGMENT("\"client\":{\"ip\":\"");
	static const struct json_fragment server = JSON_FRAGMENT("\"server\":{\"ip\":\"");
	struct json j = { .out = out, .first = true };
	struct json_mark mark = json_object(&j, NULL);
	struct json_shapes shapes;

	find_shapes(&shapes, hs, ctx->memo);
	json_key(&j, "@timestamp");
	text_char(out, '"');
	text_time(out, facts_start(hs) + ctx->wall_offset);
	text_char(out, '"');
	add_event(&j, hs);
	add_network(&j, hs, ctx->digester);
	add_end(&j, &client, &hs->end[HS_CLIENT]);
	add_end(&j, &server, &hs->end[HS_SERVER]);
	json_tls(&j, hs, ctx->digester, &shapes);
	add_shaketap(&j, hs, ctx, &shapes);
	json_object_end(&j, mark);
	text_char(out, '\n');
	keep_shapes(&shapes, hs, &j);
}
