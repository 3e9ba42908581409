/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Link layers, as captures and tunnels show them. Each function takes one header (walk.h).
 * The layouts of the DLT_* are at https://www.tcpdump.org/linktypes.html.
 */
#ifndef SHAKETAP_FILE_LINKS_H
#define SHAKETAP_FILE_LINKS_H

#include "file/walk.h"

/* Go on with what an Ethernet type field names: a protocol or, up to 1500, an LLC frame. */
enum decode_result links_next(struct walk *walk, uint16_t type);

take_fn take_ethernet;		 /* addresses and type (IEEE 802.3) */
take_fn take_llc;		 /* LLC and SNAP (IEEE 802.2, RFC 1042) */
take_fn take_raw_ip;		 /* no header: IPv4 or IPv6 by the first four bits */
take_fn take_sll;		 /* Linux cooked capture */
take_fn take_sll2;		 /* the same, version 2 */
take_fn take_loopback;		 /* BSD: an address family of four bytes, either byte order */
take_fn take_ppp;		 /* RFC 1661, RFC 1662: address and control may be left out */
take_fn take_ppp_with_direction; /* one byte in front */
take_fn take_cisco_hdlc;	 /* RFC 1547 section 4.3.1 */
take_fn take_fddi;		 /* RFC 1390 */

#endif
