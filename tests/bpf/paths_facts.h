/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a connection that may explain why the two paths tell it differently. */
#ifndef TEST_PATHS_FACTS_H
#define TEST_PATHS_FACTS_H

#include <stdint.h>
#include <stdio.h>

#include "file/decode.h"
#include "shaketap_abi.h"

enum fact {
	FACT_FRAGMENTS, /* segments came in IP fragments, which the kernel does not follow */
	FACT_CUT,	/* the capture cut segments, which a kernel never sees */
	FACT_TAG,	/* the kernel path got the innermost packet, without the VLAN tag outside */
	FACT_UNFED,	/* the device did not take a packet */
	FACT_RAW,	/* a direction lost its place */
	FACT_SPENT,	/* the budget of a direction ended */
	FACT_GAP,	/* bytes came before earlier ones of the same direction */
	FACT_AGAIN,	/* bytes came that lie before others that had come */
	FACT_EARLY,	/* what lies behind a hello came before it: the kernel cannot look back */
	FACT_LATE_SYN,	/* the SYN came behind data of its connection */
	FACT_LATE_DATA, /* a FIN came before bytes that lie before it */
	FACT_AHEAD,	/* bytes were acknowledged before they came, if they ever did */
	FACT_REFUSED, /* and on: the kernel program refused a packet, by the causes of enum st_count
		       */
	FACTS = FACT_REFUSED + ST_COUNT_REFUSED_WALK_BOUND - ST_COUNT_REFUSED_FRAGMENT + 1
};

struct facts;

struct facts *facts_new(void); /* NULL: memory is out */
void facts_free(struct facts *facts);

/* The segment's place among those of its direction, as facts. */
void facts_segment(struct facts *facts, const struct tcp_segment *segment);

void facts_note(struct facts *facts, const struct tcp_segment *segment, enum fact fact);
void facts_note_event(struct facts *facts, const struct st_event *event, enum fact fact);

/* One line per connection with facts: "fact", address, port, address, port, fact... with tabs. */
void facts_print(const struct facts *facts, FILE *out);

#endif
