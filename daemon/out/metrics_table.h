/* SPDX-License-Identifier: BSD-2-Clause */
/* The counters themselves; for metrics*.c only. */
#ifndef SHAKETAP_METRICS_TABLE_H
#define SHAKETAP_METRICS_TABLE_H

#include "out/code_counts.h"
#include "out/findings.h"
#include "out/metrics.h"
#include "out/server_names.h"

/* Indexes of the labels "version" and "resumption"; names in metrics_write.c. */
enum metrics_version {
	METRICS_1_3,
	METRICS_1_2,
	METRICS_1_1,
	METRICS_1_0,
	METRICS_SSL3,
	METRICS_SSL2,
	METRICS_OTHER, /* a draft, or no version at all */
	METRICS_NONE,  /* no ServerHello */
	METRICS_VERSIONS
};
enum metrics_resumption { METRICS_FULL, METRICS_RESUMED, METRICS_RESUMPTIONS };
enum metrics_level { METRICS_WARNING, METRICS_FATAL, METRICS_LEVEL_UNKNOWN, METRICS_LEVELS };

extern const char *const metrics_version_names[METRICS_VERSIONS];

/* Alert codes, then one slot for codes without a name, and one for encrypted alerts. */
#define METRICS_ALERT_UNKNOWN 256
#define METRICS_ALERT_ENCRYPTED 257
#define METRICS_ALERTS 258

#define METRICS_BOUNDS 14

struct metrics_histogram {
	uint64_t bucket[METRICS_BOUNDS + 1];
	uint64_t sum; /* ns */
};

struct metrics {
	uint64_t handshakes[HS_ROLES][METRICS_VERSIONS][METRICS_RESUMPTIONS];
	uint64_t failures[HS_ROLES][HS_STAGES][HS_SIDES][HS_CAUSES];
	uint64_t unknown[HS_UNKNOWN_CAUSES];
	struct metrics_histogram duration[HS_ROLES][METRICS_VERSIONS][METRICS_RESUMPTIONS];
	struct metrics_histogram server_hello_delay[HS_ROLES];
	struct metrics_histogram tcp_connect[HS_ROLES];
	uint64_t round_trips[METRICS_VERSIONS];
	uint64_t avoidable[HS_ROLES]; /* ns */
	uint64_t alerts[2][METRICS_LEVELS][METRICS_ALERTS];
	uint64_t hello_retries, early_data_offered, early_data_accepted, post_quantum_offers;
	struct code_counts ciphers, groups;
	uint64_t findings[FINDINGS];
	struct server_names *names;
};

extern const struct expo_bounds metrics_bounds;

/* Parts of metrics_write(). */
void metrics_write_failures(struct expo *e, const struct metrics *m);
void metrics_write_alerts(struct expo *e, const struct metrics *m);
void metrics_write_negotiated(struct expo *e, const struct metrics *m);
void metrics_write_histograms(struct expo *e, const struct metrics *m);

#endif
