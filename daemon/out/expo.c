/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/expo.h"

#include <string.h>

#define NS_PER_SECOND 1000000000

/* How each kind is called, and which end of the name OpenMetrics drops in metadata. */
static const struct {
	const char *text, *openmetrics, *suffix;
} kinds[] = {
	[EXPO_COUNTER] = { "counter", "counter", "_total" },
	[EXPO_GAUGE] = { "gauge", "gauge", "" },
	[EXPO_HISTOGRAM] = { "histogram", "histogram", "" },
	[EXPO_INFO] = { "gauge", "info", "_info" },
};

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t length = strlen(end);

	return n > length && !memcmp(s + n - length, end, length);
}

static void add_unit(struct expo *e, size_t length)
{
	static const char *const units[] = { "seconds", "bytes" };
	const char *name = e->family->name;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i]);

		if (ends_with(name, length, units[i]) && name[length - n - 1] == '_')
			text_printf(e->out, "# UNIT %.*s %s\n", (int)length, name, units[i]);
	}
}

void expo_family(struct expo *e, const struct expo_family *family)
{
	const char *kind = kinds[family->kind].text;
	size_t n = strlen(family->name);

	e->family = family;
	if (e->openmetrics) {
		kind = kinds[family->kind].openmetrics;
		if (ends_with(family->name, n, kinds[family->kind].suffix))
			n -= strlen(kinds[family->kind].suffix);
	}
	text_printf(e->out, "# HELP %.*s %s\n", (int)n, family->name, family->help);
	text_printf(e->out, "# TYPE %.*s %s\n", (int)n, family->name, kind);
	if (e->openmetrics)
		add_unit(e, n);
}

/* Name, suffix and labels of a sample; `last` may add one more label, without escaping. */
static void begin_sample(struct expo *e, const char *suffix, const struct expo_labels *labels,
			 const struct text *last)
{
	const char *before = "{";

	text_string(e->out, e->family->name);
	text_string(e->out, suffix);
	for (int i = 0; i < EXPO_LABELS_MAX && labels->label[i].name; i++) {
		text_string(e->out, before);
		text_string(e->out, labels->label[i].name);
		text_string(e->out, "=\"");
		text_label_value(e->out, labels->label[i].value);
		text_char(e->out, '"');
		before = ",";
	}
	if (last) {
		text_string(e->out, before);
		text_add(e->out, last->p, last->n);
		before = ",";
	}
	text_string(e->out, *before == ',' ? "} " : " ");
}

void expo_u64(struct expo *e, struct expo_labels labels, uint64_t value)
{
	begin_sample(e, "", &labels, NULL);
	text_u64(e->out, value);
	text_char(e->out, '\n');
}

static void add_seconds(struct expo *e, const char *suffix, const struct expo_labels *labels,
			uint64_t ns)
{
	begin_sample(e, suffix, labels, NULL);
	text_seconds(e->out, ns);
	text_char(e->out, '\n');
}

void expo_seconds(struct expo *e, struct expo_labels labels, uint64_t ns)
{
	add_seconds(e, "", &labels, ns);
}

/* le="0.005". OpenMetrics 1.0 wants whole numbers as "1.0". */
static void bound_label(struct text *t, const struct expo *e, struct expo_bounds bounds, size_t i)
{
	text_string(t, "le=\"");
	if (i == bounds.n) {
		text_string(t, "+Inf");
	} else {
		text_seconds(t, bounds.ns[i]);
		if (e->openmetrics && bounds.ns[i] % NS_PER_SECOND == 0)
			text_string(t, ".0");
	}
	text_char(t, '"');
}

void expo_histogram(struct expo *e, struct expo_labels labels, struct expo_bounds bounds,
		    const uint64_t *buckets, uint64_t sum)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= bounds.n; i++) {
		char buffer[40];
		struct text le;

		text_init_over(&le, buffer, sizeof(buffer));
		bound_label(&le, e, bounds, i);
		count += buckets[i];
		begin_sample(e, "_bucket", &labels, &le);
		text_u64(e->out, count);
		text_char(e->out, '\n');
	}
	add_seconds(e, "_sum", &labels, sum);
	begin_sample(e, "_count", &labels, NULL);
	text_u64(e->out, count);
	text_char(e->out, '\n');
}

void expo_end(struct expo *e)
{
	if (e->openmetrics)
		text_string(e->out, "# EOF\n");
}
