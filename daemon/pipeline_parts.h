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

/* ST_EVENT_REFUSED or ST_EVENT_SYN_REPEATED. */
void pipeline_connect_event(struct pipeline *pipeline, const struct st_event *event);

/* Connects that waited long enough for an answer. */
void pipeline_expire_connects(struct pipeline *pipeline, uint64_t now);

#endif
