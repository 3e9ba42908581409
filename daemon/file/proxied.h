/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a hello begin a segment, or follow a PROXY header in it? As bpf/sniff.bpf.h asks. */
#ifndef SHAKETAP_FILE_PROXIED_H
#define SHAKETAP_FILE_PROXIED_H

#include <stdint.h>

#include "shaketap_abi.h"
#include "tls_sniff.h"

/*
 * A PROXY header in front of a ClientHello is taken out of the event and the payload; next, where
 * its direction stands, goes along when it stands there.
 */
enum tls_sniffed proxied_sniff(struct st_event *event, const uint8_t **payload, uint32_t *next);

#endif
