/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exposition formats of Prometheus: text 0.0.4 and OpenMetrics 1.0. They
 * differ in metadata and in how a float is written; the samples are the same.
 * Write a family once, then all of its samples: families must not interleave.
 */
#ifndef SHAKETAP_EXPO_H
#define SHAKETAP_EXPO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum expo_kind { EXPO_COUNTER, EXPO_GAUGE, EXPO_HISTOGRAM, EXPO_INFO };

struct expo_family {
	const char *name; /* as in the samples: counters end in _total, infos in _info */
	enum expo_kind kind;
	const char *help; /* one sentence without backslash, quote or line feed */
};

struct expo {
	struct text *out;
	bool openmetrics;
	const struct expo_family *family; /* the one being written */
};

#define EXPO_LABELS_MAX 4

struct expo_label {
	const char *name, *value; /* value: any text, escaped on the way out */
};

/* The labels of one sample; the first without a name ends them. */
struct expo_labels {
	struct expo_label label[EXPO_LABELS_MAX];
};

#define EXPO_LABELS(...) ((struct expo_labels){ { __VA_ARGS__ } })
#define EXPO_NO_LABELS ((struct expo_labels){ 0 })

/* Metadata of the family whose samples follow. */
void expo_family(struct expo *e, const struct expo_family *family);
void expo_u64(struct expo *e, struct expo_labels labels, uint64_t value);
/* A value in seconds, given in ns. */
void expo_seconds(struct expo *e, struct expo_labels labels, uint64_t ns);

/* Upper bounds in ns, ascending; the bucket above the last is +Inf. */
struct expo_bounds {
	const uint64_t *ns;
	size_t n;
};

/* `buckets`: bounds.n + 1 counts, each of its own bucket only; `sum` in ns. */
void expo_histogram(struct expo *e, struct expo_labels labels, struct expo_bounds bounds,
		    const uint64_t *buckets, uint64_t sum);
/* What the format demands after the last sample. */
void expo_end(struct expo *e);

#endif
