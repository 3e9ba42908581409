/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 and IPv6. Where a fragment completes a datagram, the walk goes on with the
 * datagram put together, from its IP header on.
 */
#ifndef SHAKETAP_FILE_IP_H
#define SHAKETAP_FILE_IP_H

#include "file/walk.h"

take_fn take_ip4;	    /* RFC 791 section 3.1 */
take_fn take_ip6;	    /* RFC 8200 section 3 */
take_fn take_ip6_extension; /* options, routing, mobility (RFC 6564 section 4) */
take_fn take_ip6_fragment;  /* RFC 8200 section 4.5 */
take_fn take_ah;	    /* RFC 4302 section 2 */

#endif
