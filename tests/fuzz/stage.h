/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipeline with a source and a sink around it, looked into: after every step its books must
 * be in order, and every record that comes out must hold together.
 */
#ifndef FUZZ_STAGE_H
#define FUZZ_STAGE_H

#include "check_record.h"
#include "pipeline.h"

/* Enough for what one input can open. */
#define STAGE_RECORDS_MAX 64

/* What is kept of a record; the handshake itself does not live longer. */
struct stage_record {
	enum hs_outcome outcome;
	enum hs_stage stage;
	struct hs_failure failure;
	enum hs_unknown_cause unknown;
};

struct stage {
	struct pipeline *pipeline;
	/* What the source says when it is asked. */
	enum flow_state state;
	uint32_t seen[2];
	bool unanswered, local;
	size_t count; /* of records; those beyond STAGE_RECORDS_MAX are only counted */
	struct stage_record records[STAGE_RECORDS_MAX];
};

void stage_open(struct stage *stage, const struct pipeline_config *config);
/* The end of the input; frees nothing. */
void stage_finish(struct stage *stage, uint64_t now);
void stage_close(struct stage *stage);

/* payload: event->len bytes; they are gone when this returns. */
void stage_event(struct stage *stage, const struct st_event *event, const uint8_t *payload);
void stage_expire(struct stage *stage, uint64_t now);

#endif
