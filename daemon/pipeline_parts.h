/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the pipeline share. */
#ifndef SHAKETAP_PIPELINE_PARTS_H
#define SHAKETAP_PIPELINE_PARTS_H

#include "connection.h"
#include "connects.h"
#include "pipeline.h"
#include "recents.h"

struct pipeline {
	struct pipeline_config config;
	struct pipeline_ops ops;
	struct connections all;
	struct connects connects;
	struct recents recents;
	struct pipeline_counters counters;
	uint64_t wall_offset;
};

/* Whose it is, and then out with it. */
void pipeline_report(struct pipeline *pipeline, struct handshake *hs,
		     const struct role_signs *signs);

/* The handshake has come to its end: out with it, and the connection is gone. */
void pipeline_conclude(struct pipeline *pipeline, struct connection *connection);

/* Nobody follows this connection any more, and the source need not either. */
COLD void pipeline_give_up(struct pipeline *pipeline, struct connection *connection);

/* Where all places are taken, the one that made no progress for the longest time goes. */
void pipeline_make_room(struct pipeline *pipeline, uint64_t now);

/* There is no memory or room for the flow that this event opens. */
COLD void pipeline_refuse(struct pipeline *pipeline, const struct st_event *event);

/* ST_EVENT_REFUSED or ST_EVENT_SYN_REPEATED. */
COLD void pipeline_connect_event(struct pipeline *pipeline, const struct st_event *event);

/* Connects that waited long enough for an answer. */
void pipeline_expire_connects(struct pipeline *pipeline, uint64_t now);

#endif
