/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the answers to open ClientHellos begin. A host that translates addresses may show one
 * direction alone under ends that nobody else uses (a bridge whose netfilter hooks come late): its
 * ServerHello is the answer to a hello seen under other ends, for translation keeps the numbers of
 * TCP, and what is on its way back has the client's port again first (netfilter turns destinations
 * before it routes, sources after). A table of fixed size; a newer one takes the place.
 */
#ifndef SHAKETAP_ANSWERS_H
#define SHAKETAP_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "shaketap_abi.h"

/* At 10,000 handshakes per second, answers that take up to a third of a second. */
#define ANSWERS_MAX 4096

struct answers {
	struct answer {
		uint32_t seq;  /* of the first byte of the server's answer */
		uint32_t ack;  /* behind the last one of the hello; all 0: none */
		uint16_t port; /* the client's, network order */
	} entry[ANSWERS_MAX];
};

void answers_note(struct answers *answers, const struct answer *answer);

/* The event opens a flow with the answer to a hello that was noted. */
bool answers_has(const struct answers *answers, const struct st_event *event);

#endif
