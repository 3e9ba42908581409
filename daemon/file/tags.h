/* SPDX-License-Identifier: BSD-2-Clause */
/* What may lie between a link layer and IP. Each function takes one header (walk.h). */
#ifndef SHAKETAP_FILE_TAGS_H
#define SHAKETAP_FILE_TAGS_H

#include "file/walk.h"

take_fn take_vlan;	     /* IEEE 802.1Q, 802.1ad */
take_fn take_mpls;	     /* one label (RFC 3032); behind the last one IP or a pseudowire */
take_fn take_pppoe;	     /* a session's frame (RFC 2516) */
take_fn take_cisco_metadata; /* security group tags (draft-smith-kandula-sxp) */
take_fn take_macsec;	     /* IEEE 802.1AE, where it protects but does not encrypt */
take_fn take_vn_tag;	     /* Cisco's VNTag */
take_fn take_e_tag;	     /* IEEE 802.1BR */
take_fn take_nsh;	     /* RFC 8300 */

#endif
