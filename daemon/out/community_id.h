/* SPDX-License-Identifier: BSD-2-Clause */
/* Community ID version 1: one name for a flow that every monitor agrees on. */
#ifndef SHAKETAP_COMMUNITY_ID_H
#define SHAKETAP_COMMUNITY_ID_H

#include <stdbool.h>

#include "base/digest.h"
#include "track/handshake.h"

/* "1:", 28 characters of base64, NUL. */
#define COMMUNITY_ID_SIZE 31

/*
 * The Community ID of the TCP connection between two ends, seed 0; either order
 * of the ends gives the same. A digester of NULL will do, slowly. False when libcrypto refuses
 * SHA-1.
 */
bool community_id(const struct hs_end *a, const struct hs_end *b, struct digester *digester,
		  char out[COMMUNITY_ID_SIZE]);

#endif
