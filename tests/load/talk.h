/* SPDX-License-Identifier: BSD-2-Clause */
/* What both ends of a connection send, packet by packet, into a template. */
#ifndef SHAKETAP_LOAD_TALK_H
#define SHAKETAP_LOAD_TALK_H

#include <stddef.h>
#include <stdint.h>

#include "load/messages.h"
#include "load/scripts.h"

/* The clock moves on a little with each packet. */
struct script {
	struct template *template;
	const struct script_options *options;
	uint64_t time;
	uint32_t next[2];	 /* sequence numbers, by enum end */
	struct load_bytes bytes; /* to be sent */
	struct load_bytes body;	 /* of records under way */
};

void say_packet(struct script *script, enum end from, uint8_t flags, const uint8_t *p, size_t n);
void say_hello_tcp(struct script *script);
void say_ack(struct script *script, enum end from);
void say_goodbye_tcp(struct script *script);
/* What was written, in segments; the other end acknowledges when it has nothing to say itself. */
void say_all(struct script *script, enum end from);

#endif
