/* SPDX-License-Identifier: BSD-2-Clause */
#include "layers.h"

#include <assert.h>
#include <string.h>

#define SOURCE_PORT 53211

/* Bytes that grow at their front. */
struct packet {
	uint8_t bytes[FRAME_MAX];
	size_t start;
};

static size_t length_of(const struct packet *packet)
{
	return FRAME_MAX - packet->start;
}

static uint8_t *put(struct packet *packet, const uint8_t *bytes, size_t n)
{
	assert(n <= packet->start);
	packet->start -= n;
	memcpy(packet->bytes + packet->start, bytes, n);
	return packet->bytes + packet->start;
}

#define HIGH(v) ((uint8_t)((v) >> 8))
#define LOW(v) ((uint8_t)(v))
#define PUT(packet, ...) \
	put(packet, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void put_ip4(struct packet *packet, const struct layer *layer)
{
	size_t options = (size_t)layer->options;
	unsigned total;

	for (size_t i = 0; i < options; i++)
		PUT(packet, 1); /* no operation */
	total = (unsigned)((int)(20 + length_of(packet)) + layer->lie);
	PUT(packet, LOW(0x45 + options / 4), 0, HIGH(total), LOW(total), 0, 0, HIGH(layer->field),
	    LOW(layer->field), 64, LOW(layer->next), 0, 0, 192, 0, 2, 1, 192, 0, 2, 2);
}

static void put_ip6(struct packet *packet, const struct layer *layer)
{
	unsigned length = (unsigned)((int)length_of(packet) + layer->lie);
	uint8_t *head = PUT(packet, 0x60, 0, 0, 0, HIGH(length), LOW(length), LOW(layer->next), 64);

	memmove(head - 32, head, 8);
	packet->start -= 32;
	memset(head - 24, 0xfd, 32); /* both addresses */
}

static void put_udp(struct packet *packet, const struct layer *layer)
{
	unsigned length = (unsigned)((int)(8 + length_of(packet)) + layer->lie);

	PUT(packet, HIGH(SOURCE_PORT), LOW(SOURCE_PORT), HIGH(layer->next), LOW(layer->next),
	    HIGH(length), LOW(length), 0, 0);
}

static void put_geneve(struct packet *packet, const struct layer *layer)
{
	for (unsigned words = layer->field >> 8 & 0x3f; words; words--)
		PUT(packet, 0, 0, 0, 0);
	PUT(packet, HIGH(layer->field), LOW(layer->field), HIGH(layer->next), LOW(layer->next), 0,
	    0, 5, 0);
}

static void put_gre(struct packet *packet, const struct layer *layer)
{
	for (unsigned flags = layer->field & 0xb000; flags; flags &= flags - 1)
		PUT(packet, 0, 0, 0, 9); /* checksum, key, sequence number */
	PUT(packet, HIGH(layer->field), LOW(layer->field), HIGH(layer->next), LOW(layer->next));
}

static void put_layer(struct packet *packet, const struct layer *layer)
{
	switch (layer->kind) {
	case LAYER_ETHERNET:
		PUT(packet, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, HIGH(layer->next),
		    LOW(layer->next));
		break;
	case LAYER_TAG:
		PUT(packet, HIGH(layer->field), LOW(layer->field), HIGH(layer->next),
		    LOW(layer->next));
		break;
	case LAYER_IP4:
		put_ip4(packet, layer);
		break;
	case LAYER_IP6:
		put_ip6(packet, layer);
		break;
	case LAYER_EXTENSION:
		PUT(packet, LOW(layer->next), 0, HIGH(layer->field), LOW(layer->field), 0, 0, 0, 0);
		break;
	case LAYER_UDP:
		put_udp(packet, layer);
		break;
	case LAYER_VXLAN:
		PUT(packet, LOW(0x08 ^ layer->field), 0, 0, 0, 0, 0, 5, 0);
		break;
	case LAYER_GENEVE:
		put_geneve(packet, layer);
		break;
	case LAYER_GRE:
		put_gre(packet, layer);
		break;
	default:
		assert(0);
	}
}

size_t layers_build(const struct layer *layers, const struct frame *inner, size_t padding,
		    uint8_t *out)
{
	static uint8_t bytes[FRAME_MAX];
	struct packet packet = { .start = FRAME_MAX };
	size_t count = 0;

	put(&packet, bytes, frame_build(inner, bytes));
	while (count < LAYERS_MAX && layers[count].kind)
		count++;
	while (count)
		put_layer(&packet, &layers[--count]);
	memcpy(out, packet.bytes + packet.start, length_of(&packet));
	memset(out + length_of(&packet), 0, padding);
	return length_of(&packet) + padding;
}
