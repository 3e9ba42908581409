/* SPDX-License-Identifier: BSD-2-Clause */
#include "answers.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/flows.h"
#include "pipeline.h"
#include "replay.h"

#define NS_PER_S UINT64_C(1000000000)
#define FLOWS_MAX 65536

struct playing {
	const struct segments *segments;
	struct flows *flows;
	struct pipeline *pipeline;
	struct answers answers;
	size_t at;
};

/* ---- handshake to answer --------------------------------------------------------------------- */

/* FNV-1a, 64 bits. */
static uint64_t fold(uint64_t hash, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ b[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t fold_bytes(uint64_t hash, struct bytes b)
{
	uint64_t n = b.p ? b.n : UINT64_MAX;

	return fold(fold(hash, &n, sizeof(n)), b.p, b.p ? b.n : 0);
}

static uint64_t fold_number(uint64_t hash, uint64_t number)
{
	return fold(hash, &number, sizeof(number));
}

static uint64_t fold_client_hello(uint64_t hash, const struct tls_client_hello *hello)
{
	const struct bytes lists[] = {
		hello->cipher_suites, hello->compression,   hello->extensions, hello->server_name,
		hello->versions,      hello->groups,	    hello->key_shares, hello->signatures,
		hello->alpn,	      hello->point_formats,
	};
	const uint64_t numbers[] = {
		hello->legacy_version,
		hello->session_id_length,
		hello->length,
		hello->session_ticket,
		hello->psk,
		hello->psk_only_modes,
		hello->early_data,
		hello->ech,
		hello->grease,
		hello->fallback_scsv,
		hello->extended_ms,
	};

	hash = fold(hash, hello->random, sizeof(hello->random));
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		hash = fold_bytes(hash, lists[i]);
	return fold(hash, numbers, sizeof(numbers));
}

static uint64_t fold_server_hello(uint64_t hash, const struct tls_server_hello *hello)
{
	hash = fold(hash, hello->random, sizeof(hello->random));
	hash = fold_bytes(hash, hello->extensions);
	hash = fold(hash, hello->session_id, hello->session_id_length);
	hash = fold_number(hash, hello->legacy_version);
	return fold_number(hash, hello->has_psk ? hello->psk_index : UINT64_MAX);
}

struct writer {
	char *p;
	size_t n, size;
};

__attribute__((format(printf, 2, 3))) static void say(struct writer *out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->p + out->n, out->size - out->n, format, args);
	va_end(args);
	out->n += (size_t)n;
	if (out->n >= out->size)
		out->n = out->size - 1;
}

static void say_text(struct writer *out, const char *label, const uint8_t *p, size_t n)
{
	say(out, " %s=", label);
	for (size_t i = 0; i < n && i < 64; i++)
		say(out, p[i] > ' ' && p[i] < 127 ? "%c" : "\\x%02x", p[i]);
}

static void say_outcome(struct writer *out, const struct handshake *hs)
{
	const struct hs_failure *failure = &hs->failure;

	if (hs->outcome == HS_SUCCESS)
		say(out, "success");
	else if (hs->outcome == HS_FAILURE)
		say(out, "failure %s by %s%s", hs_cause_names[failure->cause],
		    hs_side_names[failure->side], failure->suspected ? " (suspected)" : "");
	else
		say(out, "unknown %s", hs_unknown_names[hs->unknown]);
	say(out, " at %s", hs_stage_names[hs->stage]);
}

static void say_facts(struct writer *out, const struct handshake *hs)
{
	if (hs->has_server_hello)
		say(out, " version=%04x cipher=%04x", hs->server_hello.version,
		    hs->server_hello.cipher_suite);
	if (hs->has_group)
		say(out, " group=%04x", hs->group);
	if (hs->dh_bits)
		say(out, " dh=%u", hs->dh_bits);
	if (hs->hello_retry)
		say(out, " retry=%04x", hs->hello_retry_group);
	if (hs->resumption)
		say(out, " %s", hs_resumption_names[hs->resumption]);
	if (hs->early_data)
		say(out, " early_data=%s", hs_early_data_names[hs->early_data]);
	if (hs->client_certificate)
		say(out, " certificate=%s", hs_client_certificate_names[hs->client_certificate]);
	if (hs->server_hello.alpn.n)
		say_text(out, "alpn", hs->server_hello.alpn.p, hs->server_hello.alpn.n);
	for (size_t i = 0; i < hs->alert_count; i++)
		say(out, " alert=%s:%d", hs_side_names[hs->alerts[i].from],
		    hs->alerts[i].encrypted ? -1 : hs->alerts[i].code);
}

static void fill_answer(struct answer *answer, const struct handshake *hs)
{
	struct writer out = { answer->text, 0, sizeof(answer->text) };
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	answer->failure = hs->outcome == HS_FAILURE;
	answer->over_budget = hs->outcome == HS_UNKNOWN && hs->unknown == HS_OVER_BUDGET;
	say_outcome(&out, hs);
	say_facts(&out, hs);
	if (hs->client_hello) {
		answer->has_random = true;
		memcpy(answer->random, hs->client_hello->random, sizeof(answer->random));
		hash = fold_client_hello(hash, hs->client_hello);
		say_text(&out, "name", hs->client_hello->server_name.p,
			 hs->client_hello->server_name.n);
	}
	if (hs->has_server_hello)
		hash = fold_server_hello(hash, &hs->server_hello);
	answer->hellos = hash;
}

/* ---- the pipeline's surroundings, as replay.c has them
 * ------------------------------------------------------------- */

static void on_concluded(void *ctx, const struct handshake *hs)
{
	struct playing *playing = ctx;
	struct answers *answers = &playing->answers;
	const struct hs_end *a = &hs->end[HS_CLIENT], *b = &hs->end[HS_SERVER];
	struct answer *answer;
	unsigned index;

	answers->p = reallocarray(answers->p, answers->n + 1, sizeof(*answers->p));
	if (!answers->p)
		errx(1, "out of memory");
	answer = &answers->p[answers->n++];
	memset(answer, 0, sizeof(*answer));
	answer->connection =
		segments_connection(playing->segments, a->addr, a->port, b->addr, b->port, &index);
	if (!answer->connection)
		errx(1, "a handshake between ends that the file does not hold");
	answer->at = playing->at;
	fill_answer(answer, hs);
}

static void on_forget(void *ctx, const struct st_flow_key *key, uint64_t flow)
{
	flows_forget(((struct playing *)ctx)->flows, key, flow);
}

static enum flow_state on_state(void *ctx, const struct st_flow_key *key, uint64_t flow,
				uint32_t seen[2])
{
	(void)seen;
	return flows_knows(((struct playing *)ctx)->flows, key, flow) ? FLOW_INTACT : FLOW_GONE;
}

static bool is_unanswered(void *ctx, const struct st_flow_key *key, uint64_t syn_time)
{
	return flows_unanswered(((struct playing *)ctx)->flows, key, syn_time);
}

static bool is_local(void *ctx, const __u32 addr[4])
{
	(void)ctx;
	(void)addr;
	return true;
}

static void on_event(void *ctx, const struct st_event *event, const uint8_t *payload)
{
	pipeline_event(((struct playing *)ctx)->pipeline, event, payload);
}

/* ---- playing --------------------------------------------------------------------------------- */

/* The segment with the payload of the slot alone; what belongs to its begin and end stays there. */
static struct tcp_segment cut_out(const struct slot *slot, const uint32_t (*shift)[2])
{
	const struct pcap_segment *segment = slot->segment;
	struct tcp_segment tcp = segment->tcp;

	if (slot->from) {
		tcp.seq += slot->from + !!(tcp.flags & TH_SYN);
		tcp.flags &= (uint8_t)~TH_SYN;
	}
	if (slot->from + slot->n < tcp.payload.n) {
		tcp.flags &= (uint8_t) ~(TH_FIN | TH_RST);
		tcp.cut = 0;
	}
	tcp.payload.p += slot->from;
	tcp.payload.n = slot->n;
	if (shift) {
		tcp.seq += shift[segment->connection->number][segment->sender];
		if (tcp.flags & TH_ACK)
			tcp.ack += shift[segment->connection->number][!segment->sender];
	}
	return tcp;
}

static void start(struct playing *playing)
{
	/* As the option --tls-ports has it when it is not given. */
	static const uint16_t ports[] = { 443, 465, 563, 636, 853,  989, 990,
					  992, 993, 994, 995, 5061, 8443 };
	static uint64_t bits[65536 / 64];
	const struct pipeline_config pipeline = { .timeout = 10 * NS_PER_S,
						  .max_flows = FLOWS_MAX };
	const struct pipeline_ops ops = {
		playing, on_concluded, on_forget, on_state, is_unanswered, is_local,
	};

	for (size_t i = 0; i < sizeof(ports) / sizeof(*ports); i++)
		bits[ports[i] / 64] |= UINT64_C(1) << ports[i] % 64;
	playing->pipeline = pipeline_new(&pipeline, &ops);
	playing->flows = flows_new(&(struct flows_config){ FLOWS_MAX, bits, 0 },
				   &(struct flows_ops){ playing, on_event });
	if (!playing->pipeline || !playing->flows)
		errx(1, "out of memory");
}

struct answers answers_of(const struct segments *segments, const struct slot *slots, size_t n,
			  const uint32_t (*shift)[2])
{
	struct playing playing = { .segments = segments };
	uint64_t now = 0;

	start(&playing);
	for (size_t i = 0; i < n; i++) {
		struct tcp_segment tcp = cut_out(&slots[i], shift);

		now = slots[i].time + REPLAY_EPOCH;
		pipeline_expire(playing.pipeline, now);
		playing.at = i + 1;
		flows_segment(playing.flows, &tcp, now, 1);
	}
	flows_finish(playing.flows);
	pipeline_finish(playing.pipeline, now);
	pipeline_free(playing.pipeline);
	flows_free(playing.flows);
	return playing.answers;
}

void answers_free(struct answers *answers)
{
	free(answers->p);
	*answers = (struct answers){ 0 };
}
