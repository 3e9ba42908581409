/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/proxied.h"

#include <string.h>

#include "base/util.h"
#include "proxy_header.h"

enum tls_sniffed proxied_sniff(struct st_event *event, const uint8_t **payload, uint32_t *next)
{
	uint8_t first[PROXY_V1_MAX] = { 0 };
	enum tls_sniffed sniffed;
	uint32_t header;

	if (event->len <= PROXY_V2_HEAD_LEN || !proxy_header_begins(*payload))
		return tls_sniff(*payload, event->len);
	memcpy(first, *payload, min_size(event->len, sizeof(first)));
	header = proxy_header_len(first, event->len);
	sniffed = tls_sniff(*payload + header, event->len - header);
	if (sniffed != TLS_SNIFFED_CLIENT_HELLO && sniffed != TLS_SNIFFED_CUT)
		return TLS_SNIFFED_NOTHING;
	if (*next == event->seq)
		*next += header;
	event->seq += header;
	event->len = (uint16_t)(event->len - header);
	*payload += header;
	return sniffed;
}
