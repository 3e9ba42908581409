/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/decode.h"

#include <stdlib.h>

#include "file/fragments.h"
#include "file/protocols.h"

/* Headers around a segment, itself included. Real ones have up to about 12. */
#define HEADERS_MAX 24

struct decoder {
	struct fragments *fragments;
};

struct decoder *decoder_new(void)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return NULL;
	decoder->fragments = fragments_new();
	if (!decoder->fragments) {
		free(decoder);
		return NULL;
	}
	return decoder;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	fragments_free(decoder->fragments);
	free(decoder);
}

uint64_t decoder_fragments_lost(const struct decoder *decoder)
{
	return fragments_lost(decoder->fragments);
}

enum decode_result decode_packet(struct decoder *decoder, const struct file_packet *packet,
				 struct tcp_segment *segment)
{
	struct walk walk = { .r = reader_of(packet->bytes),
			     .space = KEY_LINK,
			     .key = (uint32_t)packet->link,
			     .time = packet->time,
			     .fragments = decoder->fragments,
			     .segment = segment };

	*segment = (struct tcp_segment){ 0 };
	if (packet->length > packet->bytes.n)
		walk.missing = packet->length - packet->bytes.n;
	for (int headers = 0; headers < HEADERS_MAX; headers++) {
		take_fn *take = protocol_find(walk.space, walk.key);
		enum decode_result result;

		if (!take)
			return headers ? DECODE_OTHER : DECODE_UNKNOWN_LINK;
		result = take(&walk);
		if (result != DECODE_NEXT)
			return result;
	}
	return DECODE_DEPTH;
}
