/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers around a frame, one layer each, as the RFCs draw them: 791, 8200, 768, 7348 (VXLAN), 8926
 * (Geneve), 2784 and 2890 (GRE). Checksums stay 0, like those of packets.h.
 */
#ifndef TEST_LAYERS_H
#define TEST_LAYERS_H

#include "packets.h"

enum layer_kind {
	LAYER_END,
	LAYER_ETHERNET,
	LAYER_TAG,
	LAYER_IP4,
	LAYER_IP6,
	LAYER_EXTENSION,
	LAYER_UDP,
	LAYER_VXLAN,
	LAYER_GENEVE,
	LAYER_GRE
};

struct layer {
	enum layer_kind kind;
	/* What comes next by the number that this header has for it: a type of Ethernet (ETHERNET,
	 * TAG, GENEVE, GRE), an IP protocol (IP4, IP6, EXTENSION), the destination port (UDP). */
	unsigned next;
	/* IP4: flags and offset of a fragment. EXTENSION: its second 2 bytes. TAG: the number.
	 * VXLAN: flags to turn. GENEVE: version, words of options, flags. GRE: flags. */
	unsigned field;
	int lie;     /* added to the length that IP4, IP6 and UDP tell */
	int options; /* IP4: bytes of them, a multiple of 4 */
};

#define LAYERS_MAX 10

/* One of each; what more there is to say is written as members. */
#define LAYER(what, ...)                    \
	{                                   \
		.kind = (what), __VA_ARGS__ \
	}
#define ETHERNET(type) LAYER(LAYER_ETHERNET, .next = (type))
#define TAG(type, number) LAYER(LAYER_TAG, .next = (type), .field = (number))
#define IP4(protocol, ...) LAYER(LAYER_IP4, .next = (protocol), __VA_ARGS__)
#define IP6(protocol, ...) LAYER(LAYER_IP6, .next = (protocol), __VA_ARGS__)
#define EXTENSION(protocol, ...) LAYER(LAYER_EXTENSION, .next = (protocol), __VA_ARGS__)
#define UDP(port, ...) LAYER(LAYER_UDP, .next = (port), __VA_ARGS__)
#define VXLAN(...) LAYER(LAYER_VXLAN, __VA_ARGS__)
#define GENEVE(type, ...) LAYER(LAYER_GENEVE, .next = (type), __VA_ARGS__)
#define GRE(type, ...) LAYER(LAYER_GRE, .next = (type), __VA_ARGS__)

/* The frame with the layers around it, the outermost first; padding: zeros behind all. */
size_t layers_build(const struct layer *layers, const struct frame *inner, size_t padding,
		    uint8_t *out);

#endif
