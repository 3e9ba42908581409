/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.11: data frames that are not encrypted, and what monitors put in front of them. */
#ifndef SHAKETAP_FILE_WIFI_H
#define SHAKETAP_FILE_WIFI_H

#include "file/walk.h"

take_fn take_wifi;     /* frame control, addresses, QoS (IEEE 802.11 clause 9.3.2) */
take_fn take_radiotap; /* https://www.radiotap.org */
take_fn take_ppi;      /* Per-Packet Information: another link type inside */

/* As take_wifi, where the two bytes of each field may have changed places. */
take_fn take_wifi_swapped;

#endif
