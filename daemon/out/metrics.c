/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting. What the counters look like on the page is in metrics_write*.c. */
#include "out/metrics.h"

#include <stdlib.h>

#include "out/facts.h"
#include "out/metrics_table.h"
#include "tls/names.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)

/* From a handshake on one host to a client on the other side of a bad link. */
static const uint64_t bounds_ns[METRICS_BOUNDS] = {
	500 * US, 1 * MS,   2500 * US, 5 * MS,	   10 * MS,   25 * MS,	  50 * MS,
	100 * MS, 250 * MS, 500 * MS,  1 * SECOND, 2500 * MS, 5 * SECOND, 10 * SECOND,
};

const struct expo_bounds metrics_bounds = { bounds_ns, METRICS_BOUNDS };

const char *const metrics_version_names[METRICS_VERSIONS] = {
	[METRICS_1_3] = "1.3",	   [METRICS_1_2] = "1.2",   [METRICS_1_1] = "1.1",
	[METRICS_1_0] = "1.0",	   [METRICS_SSL3] = "3.0",  [METRICS_SSL2] = "2.0",
	[METRICS_OTHER] = "other", [METRICS_NONE] = "none",
};

static const struct code_registry ciphers = { tls_cipher_count, tls_cipher_index, tls_cipher_code,
					      tls_cipher_name };
static const struct code_registry groups = { tls_group_count, tls_group_index, tls_group_code,
					     tls_group_name };

struct metrics *metrics_new(const struct metrics_limits *limits)
{
	struct metrics *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->names = server_names_new(limits->max_server_names, limits->patterns, limits->seed);
	if (m->names && code_counts_init(&m->ciphers, &ciphers) &&
	    code_counts_init(&m->groups, &groups))
		return m;
	metrics_free(m);
	return NULL;
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	code_counts_free(&m->ciphers);
	code_counts_free(&m->groups);
	server_names_free(m->names);
	free(m);
}

static enum metrics_version version_of(const struct handshake *hs)
{
	if (!hs->has_server_hello)
		return METRICS_NONE;
	switch (hs->server_hello.version) {
	case TLS_VERSION_1_3:
		return METRICS_1_3;
	case TLS_VERSION_1_2:
		return METRICS_1_2;
	case TLS_VERSION_1_1:
		return METRICS_1_1;
	case TLS_VERSION_1_0:
		return METRICS_1_0;
	case TLS_VERSION_SSL3:
		return METRICS_SSL3;
	case TLS_VERSION_SSL2:
		return METRICS_SSL2;
	default:
		return METRICS_OTHER;
	}
}

static void observe(struct metrics_histogram *h, uint64_t ns)
{
	size_t i = 0;

	while (i < METRICS_BOUNDS && ns > bounds_ns[i])
		i++;
	h->bucket[i]++;
	h->sum += ns;
}

/*
 * Time spent on round trips that TLS 1.3 without HelloRetryRequest saves, as
 * seen from here:
 *  - a HelloRetryRequest costs the time from the first ClientHello to the second;
 *  - a full handshake of TLS 1.2 or older costs one round trip more. Both of its
 *    halves are visible: the server's last message to the client's answer, and
 *    the client's Finished to the server's. At the client the first is the
 *    client's own work and the second the network, at the server the reverse;
 *    their sum is the round trip wherever we stand.
 */
static uint64_t avoidable_time(const struct handshake *hs)
{
	uint64_t sum = 0, ns;

	if (hs->hello_retry && facts_span(hs->client_hello_time, hs->second_hello_time, &ns))
		sum += ns;
	if (!hs->has_server_hello || tls_is_13(hs->server_hello.version) || hs->round_trips != 2)
		return sum;
	if (facts_span(hs->server_flight_end_time, hs->client_flight_time, &ns))
		sum += ns;
	if (facts_span(hs->client_finished_time, hs->server_finished_time, &ns))
		sum += ns;
	return sum;
}

static void count_alert(struct metrics *m, const struct hs_alert *alert)
{
	enum metrics_level level = METRICS_LEVEL_UNKNOWN;
	unsigned slot = METRICS_ALERT_ENCRYPTED;

	if (alert->from >= HS_NOBODY)
		return;
	if (!alert->encrypted) {
		slot = tls_alert_name(alert->code) ? alert->code : METRICS_ALERT_UNKNOWN;
		if (alert->level == 1 || alert->level == 2)
			level = alert->level == 1 ? METRICS_WARNING : METRICS_FATAL;
	}
	m->alerts[alert->from][level][slot]++;
}

static bool offers_post_quantum(const struct tls_client_hello *hello)
{
	for (size_t i = 0; hello && i < hello->groups.n / 2; i++)
		if (tls_group_is_post_quantum(bytes_u16(hello->groups, i)))
			return true;
	return false;
}

static void count_negotiated(struct metrics *m, const struct handshake *hs)
{
	if (hs_has_cipher(hs))
		code_counts_add(&m->ciphers, hs->server_hello.cipher_suite);
	if (hs->has_group)
		code_counts_add(&m->groups, hs->group);
	m->post_quantum_offers += offers_post_quantum(hs->client_hello);
	m->hello_retries += hs->hello_retry;
	m->early_data_offered += hs->early_data != HS_EARLY_NONE;
	m->early_data_accepted += hs->early_data == HS_EARLY_ACCEPTED;
}

static void count_outcome(struct metrics *m, const struct handshake *hs)
{
	enum metrics_resumption resumption = facts_resumed(hs) ? METRICS_RESUMED : METRICS_FULL;
	enum metrics_version version = version_of(hs);
	const struct hs_failure *f = &hs->failure;
	uint64_t ns;

	m->handshakes[hs->role][version][resumption]++;
	if (hs->round_trips > 0)
		m->round_trips[version] += (uint64_t)hs->round_trips;
	if (hs->outcome == HS_FAILURE)
		m->failures[hs->role][f->stage][f->side][f->cause]++;
	else if (facts_duration(hs, &ns))
		observe(&m->duration[hs->role][version][resumption], ns);
	server_names_count(m->names, hs);
}

static void count_findings(struct metrics *m, uint32_t findings)
{
	for (unsigned i = 0; i < FINDINGS; i++)
		m->findings[i] += findings >> i & 1;
}

uint32_t metrics_count(struct metrics *m, const struct handshake *hs, uint64_t wall_offset)
{
	uint32_t findings = findings_of(hs, facts_start(hs) + wall_offset);
	uint64_t ns;

	if (hs->outcome == HS_SUCCESS || hs->outcome == HS_FAILURE)
		count_outcome(m, hs);
	else
		m->unknown[hs->unknown]++;
	count_negotiated(m, hs);
	count_findings(m, findings);
	for (unsigned i = 0; i < hs->alert_count; i++)
		count_alert(m, &hs->alerts[i]);
	if (facts_span(hs->client_hello_time, hs->server_hello_time, &ns))
		observe(&m->server_hello_delay[hs->role], ns);
	if (facts_span(hs->syn_time, hs->synack_time, &ns))
		observe(&m->tcp_connect[hs->role], ns);
	m->avoidable[hs->role] += avoidable_time(hs);
	return findings;
}

struct metrics_totals metrics_totals(const struct metrics *m)
{
	const uint64_t *handshakes = &m->handshakes[0][0][0], *failures = &m->failures[0][0][0][0];
	struct metrics_totals totals = { 0 };

	for (size_t i = 0; i < sizeof(m->handshakes) / sizeof(*handshakes); i++)
		totals.handshakes += handshakes[i];
	for (size_t i = 0; i < sizeof(m->failures) / sizeof(*failures); i++)
		totals.failures += failures[i];
	for (size_t i = 0; i < HS_UNKNOWN_CAUSES; i++)
		totals.unknown += m->unknown[i];
	return totals;
}
