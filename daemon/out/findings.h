/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a policy for TLS would object to in a handshake, from what was seen of it alone: what was
 * not seen is no finding. Pure.
 *
 * What was negotiated counts as soon as the ServerHello says it, whatever came of the handshake.
 * Findings about a certificate are about the server's leaf, which TLS 1.3 does not show.
 */
#ifndef SHAKETAP_FINDINGS_H
#define SHAKETAP_FINDINGS_H

#include <stdint.h>

#include "track/handshake.h"

/* In the order of the contract; a set of findings has bit 1 << finding. */
enum finding {
	FINDING_VERSION_BELOW_1_2,
	FINDING_NO_FORWARD_SECRECY,
	FINDING_WEAK_CIPHER,
	FINDING_CBC_CIPHER,
	FINDING_WEAK_GROUP,
	FINDING_SHA1_SIGNATURE,
	FINDING_CERTIFICATE_EXPIRED,
	FINDING_CERTIFICATE_EXPIRES_SOON,
	FINDING_CERTIFICATE_NOT_YET_VALID,
	FINDING_NAME_MISMATCH,
	FINDING_SELF_SIGNED,
	FINDING_NO_SERVER_NAME,
	FINDING_NOT_POST_QUANTUM,
	FINDING_PQ_FALLBACK,
	FINDING_VERSION_FALLBACK,
	FINDINGS
};

/* "version_below_1_2" ...: the names of the contract. */
const char *finding_name(enum finding finding);

/* The set of findings of a handshake; wall_time: when it began, ns since the epoch. */
uint32_t findings_of(const struct handshake *hs, uint64_t wall_time);

#endif
