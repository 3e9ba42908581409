/* SPDX-License-Identifier: BSD-2-Clause */
/* Tunnels directly on IP. Each function takes one header (walk.h). */
#ifndef SHAKETAP_FILE_TUNNELS_H
#define SHAKETAP_FILE_TUNNELS_H

#include "file/walk.h"

take_fn take_gre;     /* RFC 2784, RFC 2890; version 1: PPTP (RFC 2637 section 4.1) */
take_fn take_erspan3; /* draft-foschiano-erspan section 4.3; types I and II: in take_gre */
take_fn take_etherip; /* RFC 3378 */

#endif
