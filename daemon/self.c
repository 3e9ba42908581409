/* SPDX-License-Identifier: BSD-2-Clause */
#include "self.h"

#include "base/util.h"

struct kernel_row {
	enum st_count count;
	const char *family, *label, *value;
};

/* What the kernel programs count, under the names of the contract. */
static const struct kernel_row kernel_rows[] = {
	{ ST_COUNT_EVENTS, "shaketap_events_total", NULL, NULL },
	{ ST_COUNT_LOST_RING_FULL, "shaketap_events_lost_total", "cause", "ring_full" },
	{ ST_COUNT_LOST_HANDSHAKE, "shaketap_events_lost_total", "cause", "ring_full_handshake" },
	{ ST_COUNT_LOST_TABLE_FULL, "shaketap_events_lost_total", "cause", "table_full" },
	{ ST_COUNT_REFUSED_FRAGMENT, "shaketap_packets_refused_total", "cause", "ip_fragment" },
	{ ST_COUNT_REFUSED_VLAN_DEPTH, "shaketap_packets_refused_total", "cause", "vlan_depth" },
	{ ST_COUNT_REFUSED_HEADER_CHAIN, "shaketap_packets_refused_total", "cause",
	  "header_chain" },
	{ ST_COUNT_REFUSED_TUNNEL_DEPTH, "shaketap_packets_refused_total", "cause",
	  "tunnel_depth" },
	{ ST_COUNT_REFUSED_TRUNCATED, "shaketap_packets_refused_total", "cause", "truncated" },
	{ ST_COUNT_REFUSED_MALFORMED, "shaketap_packets_refused_total", "cause", "malformed" },
	{ ST_COUNT_REFUSED_STRAY_RST, "shaketap_packets_refused_total", "cause", "stray_rst" },
	{ ST_COUNT_REFUSED_WALK_BOUND, "shaketap_packets_refused_total", "cause", "walk_bound" },
	{ ST_COUNT_RAW_MODE, "shaketap_raw_mode_total", NULL, NULL },
};

size_t self_collect(const struct self *self, struct metric_row *rows, size_t room)
{
	struct pipeline_counters pipeline;
	struct interfaces_life life = interfaces_life(self->interfaces);
	struct kernel_counts kernel;
	size_t n = 0;

	kernel_counts(self->kernel, &kernel);
	pipeline_counters(self->pipeline, &pipeline);
	for (; n < ARRAY_SIZE(kernel_rows) && n < room; n++)
		rows[n] = (struct metric_row){ kernel_rows[n].family, kernel_rows[n].label,
					       kernel_rows[n].value,
					       kernel.value[kernel_rows[n].count] };
	const struct metric_row own[] = {
		{ "shaketap_events_lost_total", "cause", "daemon_full", pipeline.refused },
		{ "shaketap_events_lost_total", "cause", "connects_full", pipeline.connects_lost },
		{ "shaketap_duplicates_skipped_total", NULL, NULL,
		  kernel.value[ST_COUNT_DUPLICATES] + pipeline.copies },
		{ "shaketap_flows", "table", "daemon", pipeline.in_progress },
		{ "shaketap_flow_evictions_total", "table", "kernel", pipeline.gone },
		{ "shaketap_flow_evictions_total", "table", "daemon", pipeline.evictions },
		{ "shaketap_interfaces", "hook", "tcx",
		  interfaces_count(self->interfaces, ATTACH_TCX) },
		{ "shaketap_interfaces", "hook", "clsact",
		  interfaces_count(self->interfaces, ATTACH_CLSACT) },
		{ "shaketap_interfaces_hidden", "cause", "program_ahead", life.behind },
		{ "shaketap_interfaces_hidden", "cause", "no_packets", life.unseen },
		{ "shaketap_attachments_repaired_total", NULL, NULL, life.repaired },
		{ "shaketap_interfaces_failed", NULL, NULL,
		  interfaces_count(self->interfaces, ATTACH_NONE) },
		{ "shaketap_records_dropped_total", NULL, NULL, self->records->dropped },
		{ "shaketap_handshakes_in_progress", NULL, NULL, pipeline.in_progress },
	};
	for (size_t i = 0; i < ARRAY_SIZE(own) && n < room; i++)
		rows[n++] = own[i];
	return n;
}
