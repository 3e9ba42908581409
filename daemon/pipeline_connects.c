/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP connects that fail: events and deadlines. */
#include "opening.h"
#include "pipeline_parts.h"
#include "track/diagnose.h"

/* Only connects from here count: scans from elsewhere are not our failures. */
static bool is_ours(struct pipeline *pipeline, const struct connect *connect)
{
	return connect->local ||
	       pipeline->ops.is_local(pipeline->ops.ctx, connect->event.key.addr[connect->client]);
}

/* A TCP connect that failed or may be failing: a record without TLS (stage tcp_syn). */
static void report_connect(struct pipeline *pipeline, const struct connect *connect, bool refused,
			   uint64_t now)
{
	struct tracker tracker;

	tracker_init(&tracker);
	fill_ends(&tracker.hs, &connect->event, connect->client);
	diagnose(&tracker.hs,
		 &(struct ending){ .kind = refused ? ENDED_BY_REFUSAL : ENDED_BY_NO_CONNECTION,
				   .by = refused ? HS_SERVER : HS_NOBODY,
				   .time = now,
				   .waited = now - connect->event.syn_time });
	pipeline_report(pipeline, &tracker.hs,
			&(struct role_signs){ .socket[HS_CLIENT] = connect->local });
}

void pipeline_connect_event(struct pipeline *pipeline, const struct st_event *event)
{
	bool refused = event->type == ST_EVENT_REFUSED;
	struct connect connect = { .event = *event, .client = event->sender ^ refused };

	connect.local = !refused && event->flags & ST_FLAG_LOCAL;
	if (!is_ours(pipeline, &connect))
		return;
	if (refused)
		report_connect(pipeline, &connect, true, event->time);
	else if (!connects_add(&pipeline->connects, &connect))
		pipeline->counters.connects_lost++;
}

void pipeline_expire_connects(struct pipeline *pipeline, uint64_t now)
{
	struct connect connect;

	while (connects_due(&pipeline->connects, pipeline->config.timeout, now, &connect))
		if (pipeline->ops.unanswered(pipeline->ops.ctx, &connect.event.key,
					     connect.event.syn_time))
			report_connect(pipeline, &connect, false, now);
}
