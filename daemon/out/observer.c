/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/observer.h"

#include <string.h>

static const struct expo_family families[] = {
	{ "shaketap_events_total", EXPO_COUNTER, "Events the kernel programs handed over." },
	{ "shaketap_events_lost_total", EXPO_COUNTER, "Events and handshakes lost, by cause." },
	{ "shaketap_packets_refused_total", EXPO_COUNTER,
	  "Packets the kernel programs could not follow, by cause." },
	{ "shaketap_duplicates_skipped_total", EXPO_COUNTER,
	  "Packets seen before on another interface or hook." },
	{ "shaketap_raw_mode_total", EXPO_COUNTER,
	  "Directions of a connection that lost their place and were copied as they came." },
	{ "shaketap_handshakes_in_progress", EXPO_GAUGE, "Handshakes whose outcome is open." },
	{ "shaketap_flows", EXPO_GAUGE, "Entries of a flow table." },
	{ "shaketap_flow_evictions_total", EXPO_COUNTER,
	  "Entries that left a flow table for want of room." },
	{ "shaketap_interfaces", EXPO_GAUGE, "Interfaces attached, by kind of hook." },
	{ "shaketap_interfaces_hidden", EXPO_GAUGE,
	  "Attached interfaces whose packets another program may take or takes before they "
	  "reach ours." },
	{ "shaketap_attachments_repaired_total", EXPO_COUNTER,
	  "Hooks attached again after someone had removed our program." },
	{ "shaketap_records_dropped_total", EXPO_COUNTER,
	  "Records that standard output had no room for because nobody read it." },
	{ "shaketap_interfaces_failed", EXPO_GAUGE,
	  "Interfaces that are to be observed and could not be attached." },
};

static void write_family(struct expo *e, const struct expo_family *family,
			 const struct metric_row *rows, size_t n)
{
	bool begun = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].family, family->name))
			continue;
		if (!begun)
			expo_family(e, family);
		begun = true;
		expo_u64(e, EXPO_LABELS({ rows[i].label, rows[i].value_text }), rows[i].value);
	}
}

void observer_write(struct expo *e, metric_collect collect, void *ctx)
{
	struct metric_row rows[METRIC_ROWS_MAX];
	size_t n = collect ? collect(ctx, rows, METRIC_ROWS_MAX) : 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		write_family(e, &families[i], rows, n);
}
