/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames of any link type through the decoder: headers, tunnels, fragments. The input is a list
 * of packets, each: link type u16 | seconds since the last u8 | length u16 | bytes. Fragments of
 * one packet are put together with those of the ones before it.
 */
#include "base/util.h"
#include "file/decode.h"
#include "file/linktype.h"
#include "input.h"
#include "must.h"

#define PACKETS_MAX 64

static void check_segment(const struct tcp_segment *segment)
{
	const uint8_t *end = segment->ip.p + segment->ip.n;

	MUST(segment->vlan < 4096);
	MUST(segment->ip.p && segment->payload.p);
	MUST(segment->payload.p >= segment->ip.p && segment->payload.p + segment->payload.n <= end);
	touch(segment->ip);
	touch(segment->payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct decoder *decoder = decoder_new();
	uint64_t now = 0, fragments = 0;

	MUST(decoder);
	for (int i = 0; in.n && i < PACKETS_MAX; i++) {
		struct file_packet packet = { .link = linktype_to_dlt(input_u16(&in)) };
		struct tcp_segment segment;
		struct bytes frame;
		enum decode_result result;
		uint8_t *own;

		now += input_u8(&in) * NS_PER_S;
		frame = input_bytes(&in, input_u16(&in));
		own = own_copy(frame);
		packet.time = now;
		packet.bytes = (struct bytes){ own, frame.n };
		packet.length = (uint32_t)frame.n + (frame.n % 16 == 15 ? 100 : 0);
		result = decode_packet(decoder, &packet, &segment);
		MUST(result < DECODE_RESULTS);
		fragments += result == DECODE_FRAGMENT;
		if (result == DECODE_TCP)
			check_segment(&segment);
		free(own);
	}
	MUST(decoder_fragments_lost(decoder) <= fragments);
	decoder_free(decoder);
	return 0;
}
