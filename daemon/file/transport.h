/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies directly on IP: TCP, where the walk ends, and UDP as a carrier of tunnels. */
#ifndef SHAKETAP_FILE_TRANSPORT_H
#define SHAKETAP_FILE_TRANSPORT_H

#include "file/walk.h"

take_fn take_tcp; /* RFC 9293 section 3.1 */
take_fn take_udp; /* RFC 768 */

#endif
