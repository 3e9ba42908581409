/* SPDX-License-Identifier: BSD-2-Clause */
/* Handshakes, durations and round trips on the page. */
#include "out/metrics_table.h"

static const char *const resumption_names[METRICS_RESUMPTIONS] = { "full", "resumed" };

/* Versions that are on the page before they were seen. */
static bool expected_version(int version)
{
	return version == METRICS_1_3 || version == METRICS_1_2 || version == METRICS_1_1 ||
	       version == METRICS_1_0;
}

static struct expo_labels labels_of(int role, int version, int resumption)
{
	return EXPO_LABELS({ "role", hs_role_names[role] },
			   { "version", metrics_version_names[version] },
			   { "resumption", resumption_names[resumption] });
}

static bool expected_handshakes(int role, int version, int resumption)
{
	if (role == HS_ROLE_NONE)
		return false;
	return expected_version(version) || (version == METRICS_NONE && resumption == METRICS_FULL);
}

static void write_handshakes(struct expo *e, const struct metrics *m)
{
	static const struct expo_family family = { "shaketap_handshakes_total", EXPO_COUNTER,
						   "TLS handshakes with a known outcome." };

	expo_family(e, &family);
	for (int r = 0; r < HS_ROLES; r++)
		for (int v = 0; v < METRICS_VERSIONS; v++)
			for (int s = 0; s < METRICS_RESUMPTIONS; s++)
				if (m->handshakes[r][v][s] || expected_handshakes(r, v, s))
					expo_u64(e, labels_of(r, v, s), m->handshakes[r][v][s]);
}

static void write_unknown(struct expo *e, const struct metrics *m)
{
	static const struct expo_family family = {
		"shaketap_handshakes_unknown_total", EXPO_COUNTER,
		"Handshakes whose outcome could not be known, by the reason."
	};

	expo_family(e, &family);
	for (int c = 0; c < HS_UNKNOWN_CAUSES; c++)
		if (m->unknown[c] || c != HS_UNKNOWN_NONE)
			expo_u64(e, EXPO_LABELS({ "cause", hs_unknown_names[c] }), m->unknown[c]);
}

static bool observed(const struct metrics_histogram *h)
{
	for (int i = 0; i <= METRICS_BOUNDS; i++)
		if (h->bucket[i])
			return true;
	return false;
}

static void write_histogram(struct expo *e, struct expo_labels labels,
			    const struct metrics_histogram *h, bool expected)
{
	if (expected || observed(h))
		expo_histogram(e, labels, metrics_bounds, h->bucket, h->sum);
}

static void write_by_role(struct expo *e, const struct expo_family *family,
			  const struct metrics_histogram h[HS_ROLES])
{
	expo_family(e, family);
	for (int r = 0; r < HS_ROLES; r++)
		write_histogram(e, EXPO_LABELS({ "role", hs_role_names[r] }), &h[r],
				r != HS_ROLE_NONE);
}

void metrics_write_histograms(struct expo *e, const struct metrics *m)
{
	static const struct expo_family duration = {
		"shaketap_handshake_duration_seconds", EXPO_HISTOGRAM,
		"Time from the ClientHello to the last Finished, of handshakes that succeeded."
	};
	static const struct expo_family delay = { "shaketap_server_hello_delay_seconds",
						  EXPO_HISTOGRAM,
						  "Time from the ClientHello to the ServerHello." };
	static const struct expo_family connect = { "shaketap_tcp_connect_duration_seconds",
						    EXPO_HISTOGRAM,
						    "Time from the SYN to its answer." };

	expo_family(e, &duration);
	for (int r = 0; r < HS_ROLES; r++)
		for (int v = 0; v < METRICS_VERSIONS; v++)
			for (int s = 0; s < METRICS_RESUMPTIONS; s++)
				write_histogram(e, labels_of(r, v, s), &m->duration[r][v][s],
						r != HS_ROLE_NONE &&
							(v == METRICS_1_3 || v == METRICS_1_2));
	write_by_role(e, &delay, m->server_hello_delay);
	write_by_role(e, &connect, m->tcp_connect);
}

static void write_round_trips(struct expo *e, const struct metrics *m)
{
	static const struct expo_family trips = {
		"shaketap_round_trips_total", EXPO_COUNTER,
		"Round trips of handshakes before the client could send data."
	};
	static const struct expo_family avoidable = {
		"shaketap_avoidable_round_trip_seconds_total", EXPO_COUNTER,
		"Time spent on round trips that TLS 1.3 without HelloRetryRequest does not need."
	};

	expo_family(e, &trips);
	for (int v = 0; v < METRICS_VERSIONS; v++)
		if (m->round_trips[v] || expected_version(v))
			expo_u64(e, EXPO_LABELS({ "version", metrics_version_names[v] }),
				 m->round_trips[v]);
	expo_family(e, &avoidable);
	for (int r = 0; r < HS_ROLES; r++)
		if (m->avoidable[r] || r != HS_ROLE_NONE)
			expo_seconds(e, EXPO_LABELS({ "role", hs_role_names[r] }), m->avoidable[r]);
}

static void write_findings(struct expo *e, const struct metrics *m)
{
	static const struct expo_family family = {
		"shaketap_findings_total", EXPO_COUNTER,
		"Handshakes with something that a policy for TLS would object to, by what it is."
	};

	expo_family(e, &family);
	for (unsigned i = 0; i < FINDINGS; i++)
		expo_u64(e, EXPO_LABELS({ "finding", finding_name((enum finding)i) }),
			 m->findings[i]);
}

void metrics_write(struct expo *e, const struct metrics *m)
{
	write_handshakes(e, m);
	metrics_write_failures(e, m);
	write_unknown(e, m);
	metrics_write_histograms(e, m);
	write_round_trips(e, m);
	metrics_write_alerts(e, m);
	metrics_write_negotiated(e, m);
	write_findings(e, m);
	server_names_write(e, m->names);
}
