/* SPDX-License-Identifier: BSD-2-Clause */
/* What the record, the line and the metrics all derive from a handshake. Pure. */
#ifndef SHAKETAP_FACTS_H
#define SHAKETAP_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "track/handshake.h"

/* "0x1a2b" and its NUL. */
#define FACTS_CODE_SIZE 7

/* First packet of the attempt, on the clock of hs. */
uint64_t facts_start(const struct handshake *hs);

/* to - from in *ns, when both are known and in order; else false. */
bool facts_span(uint64_t from, uint64_t to, uint64_t *ns);

/*
 * How long the handshake took: a success from the ClientHello to the last
 * Finished, a failure from there (or from the SYN, without a ClientHello) to
 * what ended it. False when unknown.
 */
bool facts_duration(const struct handshake *hs, uint64_t *ns);

/* The negotiated version: "1.3", "3.0" (SSL); "none" without a ServerHello, "other" unnamed. */
const char *facts_version_label(const struct handshake *hs);

/* `name`, or code as 0x and 4 hex digits in `buffer` when name is NULL. */
const char *facts_name(const char *name, uint16_t code, char buffer[FACTS_CODE_SIZE]);

/* A session that continues an earlier one, by whatever means. */
bool facts_resumed(const struct handshake *hs);

/* How the keys of this handshake came about. */
struct key_exchange {
	const char *kind; /* as in shaketap.key_exchange.kind */
	bool forward_secret;
	bool post_quantum;
};

/* False when none happened (a resumed TLS 1.2 session) or it is not known. */
bool facts_key_exchange(const struct handshake *hs, struct key_exchange *kx);

#endif
