/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP content negotiation for /metrics (RFC 9110 section 12.5). Pure. */
#ifndef SHAKETAP_NEGOTIATE_H
#define SHAKETAP_NEGOTIATE_H

#include <stdbool.h>

/*
 * Whether OpenMetrics 1.0 is what this Accept header wants most, of the two
 * formats we write: the highest q wins, the first of equals. NULL, nonsense, or
 * nothing we have: text 0.0.4.
 */
bool negotiate_openmetrics(const char *accept);

/* Whether this Accept-Encoding header asks for gzip, and no less than for no coding at all. */
bool negotiate_gzip(const char *accept_encoding);

#endif
