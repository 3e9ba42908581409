/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels on UDP. Each function takes one header (walk.h). */
#ifndef SHAKETAP_FILE_UDP_TUNNELS_H
#define SHAKETAP_FILE_UDP_TUNNELS_H

#include "file/walk.h"

take_fn take_vxlan;	/* RFC 7348 */
take_fn take_vxlan_gpe; /* draft-ietf-nvo3-vxlan-gpe */
take_fn take_geneve;	/* RFC 8926 section 3.4 */
take_fn take_gtp;	/* user plane, 3GPP TS 29.281 section 5.1 */
take_fn take_teredo;	/* RFC 4380 section 5.1.1 */
take_fn take_l2tp;	/* data messages of version 2, RFC 2661 section 3.1 */
take_fn take_capwap;	/* data, RFC 5415 section 4.3, not encrypted */

#endif
