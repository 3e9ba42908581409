/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/decode.c file/protocols.c file/links.c file/tags.c file/wifi.c file/ip.c */
/* links: file/fragments.c file/transport.c file/tunnels.c file/udp_tunnels.c */
#include <arpa/inet.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "file/decode.h"
#include "frames.h"

#define FRAME_MAX 512

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t digits = 0;

	for (; *hex; hex++) {
		unsigned int digit = (unsigned int)(isdigit(*hex) ? *hex - '0' : *hex - 'a' + 10);

		if (*hex == ' ')
			continue;
		assert_true(digits / 2 < FRAME_MAX);
		out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] | digit : digit << 4);
		digits++;
	}
	assert_int_equal(digits % 2, 0);
	return digits / 2;
}

/* The frame's first n bytes lie on the heap, so that ASan sees whoever reads behind them. */
struct held {
	struct decoder *decoder;
	uint8_t *frame;
	struct tcp_segment segment;
};

static void drop(struct held *held)
{
	free(held->frame);
	held->frame = NULL;
}

static enum decode_result decode(struct held *held, int link, const uint8_t *frame, size_t n,
				 size_t length)
{
	struct file_packet packet = { .link = link, .length = (uint32_t)length };

	drop(held);
	if (n) {
		held->frame = malloc(n);
		assert_non_null(held->frame);
		memcpy(held->frame, frame, n);
	}
	packet.bytes = (struct bytes){ held->frame, n };
	memset(&held->segment, 0xff, sizeof(held->segment));
	return decode_packet(held->decoder, &packet, &held->segment);
}

static enum decode_result decode_hex(struct held *held, int link, const char *hex)
{
	uint8_t frame[FRAME_MAX];
	size_t n = from_hex(hex, frame);

	return decode(held, link, frame, n, n);
}

static int set_up(void **state)
{
	struct held *held = calloc(1, sizeof(*held));

	assert_non_null(held);
	held->decoder = decoder_new();
	assert_non_null(held->decoder);
	*state = held;
	return 0;
}

static int tear_down(void **state)
{
	struct held *held = *state;

	drop(held);
	decoder_free(held->decoder);
	free(held);
	return 0;
}

static void expect_addresses(const struct tcp_segment *segment, bool v6)
{
	static const char *const texts[2][2] = { { "::ffff:10.0.0.5", "::ffff:10.0.0.9" },
						 { "2001:db8::5", "2001:db8::9" } };

	for (int i = 0; i < 2; i++) {
		struct in6_addr addr;

		assert_int_equal(inet_pton(AF_INET6, texts[v6][i], &addr), 1);
		assert_memory_equal(segment->addr[i], &addr, sizeof(addr));
	}
}

static void expect_segment(const struct frame_case *c, const struct tcp_segment *segment)
{
	uint8_t ip[FRAME_MAX];
	bool v6 = segment->ip.n && segment->ip.p[0] >> 4 == 6;
	size_t n = from_hex(c->ip ? c->ip : v6 ? IP6_TCP : IP4_TCP, ip);

	assert_int_equal(segment->ip.n, n);
	assert_memory_equal(segment->ip.p, ip, n);
	expect_addresses(segment, v6);
	assert_int_equal(segment->port[0], 50011);
	assert_int_equal(segment->port[1], 443);
	assert_int_equal(segment->seq, 0x01020304);
	assert_int_equal(segment->ack, 0x05060708);
	assert_int_equal(segment->flags, 0x18);
	assert_int_equal(segment->vlan, c->vlan);
	assert_int_equal(segment->payload.n, 4);
	assert_memory_equal(segment->payload.p, "data", 4);
	assert_int_equal(segment->cut, 0);
	assert_false(segment->fragmented);
}

static void finds_the_segment(void **state)
{
	struct held *held = *state;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		print_message("# %s\n", frames[i].says);
		assert_int_equal(decode_hex(held, frames[i].link, frames[i].hex), DECODE_TCP);
		expect_segment(&frames[i], &held->segment);
	}
}

/* The capture ends at every byte. What it does not hold of the payload is counted. */
static void says_what_is_cut(void **state)
{
	struct held *held = *state;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		const struct frame_case *c = &frames[i];
		uint8_t frame[FRAME_MAX];
		size_t length = from_hex(c->hex, frame);

		print_message("# %s\n", c->says);
		for (size_t n = 0; n < length; n++) {
			const struct tcp_segment *segment = &held->segment;
			enum decode_result result = decode(held, c->link, frame, n, length);

			if (result == DECODE_CUT)
				continue;
			assert_int_equal(result, DECODE_TCP);
			assert_int_equal(segment->payload.n + segment->cut, 4);
			assert_memory_equal(segment->payload.p, "data", segment->payload.n);
			assert_ptr_equal(segment->payload.p + segment->payload.n,
					 segment->ip.p + segment->ip.n);
		}
	}
}

/* The same, where the file says that the frame was no longer. */
static void survives_short_frames(void **state)
{
	struct held *held = *state;

	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		uint8_t frame[FRAME_MAX];
		size_t length = from_hex(frames[i].hex, frame);

		for (size_t n = 0; n < length; n++) {
			enum decode_result result = decode(held, frames[i].link, frame, n, n);

			assert_true(result == DECODE_CUT || result == DECODE_MALFORMED ||
				    result == DECODE_TCP || result == DECODE_OTHER);
		}
	}
}

static const struct {
	const char *says;
	int link;
	const char *hex;
	enum decode_result want;
} refused[] = {
	{ "ICMP quotes a segment, RFC 792", DLT_RAW,
	  OUT4("0048", "01") "0301 0000 00000000" IP4_TCP, DECODE_OTHER },
	{ "ICMPv6 quotes a segment, RFC 4443", DLT_RAW,
	  OUT6("0048", "3a") "0100 0000 00000000" IP6_TCP, DECODE_OTHER },
	{ "ARP", DLT_EN10MB, ETH("0806") "0001 0800 06 04 0001" PAD6 PAD6 PAD6, DECODE_OTHER },
	{ "802.3, another SAP", DLT_EN10MB, ETH("0026") "424203" PAD6, DECODE_OTHER },
	{ "SNAP, another organisation", DLT_EN10MB, ETH("0034") "aaaa03 00000c 0800" IP4_TCP,
	  DECODE_OTHER },
	{ "ESP", DLT_RAW, OUT4("0040", "32") IP4_TCP, DECODE_OTHER },
	{ "an IPv6 extension in IPv4", DLT_RAW, IP4("0034", "3c") "06 00 010400000000" TCP,
	  DECODE_OTHER },
	{ "an IPv6 fragment in IPv4", DLT_RAW, IP4("0034", "2c") "06 00 0000 00000001" TCP,
	  DECODE_OTHER },
	{ "neither version", DLT_RAW, "50" IP4_TCP, DECODE_OTHER },
	{ "another UDP port", DLT_RAW, OUT4("0050", "11") UDP("0869", "003c") PAD6 IP4_TCP,
	  DECODE_OTHER },
	{ "VXLAN's port as source", DLT_RAW,
	  OUT4("005e", "11") UDP_FROM("12b5", "004a") "08000000 00000100" ETH("0800") IP4_TCP,
	  DECODE_OTHER },
	{ "VXLAN without a network", DLT_RAW,
	  OUT4("005e", "11") UDP("12b5", "004a") "00000000 00000100" ETH("0800") IP4_TCP,
	  DECODE_OTHER },
	{ "Geneve control", DLT_RAW,
	  OUT4("005e", "11") UDP("17c1", "004a") "00 80 6558 00000100" ETH("0800") IP4_TCP,
	  DECODE_OTHER },
	{ "GTP echo", DLT_RAW, OUT4("0024", "11") UDP("0868", "0010") "30 01 0000 00000001",
	  DECODE_OTHER },
	{ "L2TP control", DLT_RAW,
	  OUT4("0052", "11") UDP("06a5", "003e") "8002 0001 0001 ff03 0021" IP4_TCP, DECODE_OTHER },
	{ "PPTP acknowledgement", DLT_RAW, OUT4("0020", "2f") "2081 880b 0000 0001 00000001",
	  DECODE_OTHER },
	{ "GRE with routing", DLT_RAW, OUT4("0044", "2f") "4000 0800" IP4_TCP, DECODE_OTHER },
	{ "encrypted MACsec", DLT_EN10MB, ETH("88e5") "0c 2e 00000001 0800" IP4_TCP, DECODE_OTHER },
	{ "PPPoE discovery code", DLT_EN10MB, ETH("8864") "11 09 0001 002e 0021" IP4_TCP,
	  DECODE_OTHER },
	{ "encrypted 802.11", DLT_IEEE802_11, "0841 0000" ADDRESSES "1000" SNAP "0800" IP4_TCP,
	  DECODE_OTHER },
	{ "802.11 fragment", DLT_IEEE802_11, "0801 0000" ADDRESSES "1100" SNAP "0800" IP4_TCP,
	  DECODE_OTHER },
	{ "several in one 802.11 frame", DLT_IEEE802_11,
	  "8801 0000" ADDRESSES "1000 8000" SNAP "0800" IP4_TCP, DECODE_OTHER },
	{ "the same, swapped", DLT_RAW,
	  OUT4("0072", "11") UDP("147f", "005e") "00100300 00000000 0188 0000" ADDRESSES
						 "7630 0080" SNAP "0800" IP4_TCP,
	  DECODE_OTHER },
	{ "802.11 beacon", DLT_IEEE802_11, "8000 0000" ADDRESSES "1000" SNAP "0800" IP4_TCP,
	  DECODE_OTHER },
	{ "SLL netlink", DLT_LINUX_SLL, "0004 0338 0000 0000000000000000 0800" IP4_TCP,
	  DECODE_OTHER },
	{ "NULL, another family", DLT_NULL, "03000000" IP4_TCP, DECODE_OTHER },
	{ "CAPWAP in DTLS", DLT_RAW,
	  OUT4("005e", "11") UDP("147f", "004a") "01000000 00000000" ETH("0800") IP4_TCP,
	  DECODE_OTHER },
	{ "IPv4 of another version", DLT_EN10MB, ETH("0800") "55" IP4_TCP, DECODE_MALFORMED },
	{ "IPv6 of another version", DLT_EN10MB, ETH("86dd") "45000000 00180640" IP6_FROM_TO TCP,
	  DECODE_MALFORMED },
	{ "IPv4 header of 16 bytes", DLT_RAW, "44 00 002c 1234 0000 40 06 0000" IP4_FROM_TO TCP,
	  DECODE_MALFORMED },
	{ "IPv4 shorter than its header", DLT_RAW, IP4("0013", "06") TCP, DECODE_MALFORMED },
	{ "IPv4 too short for TCP", DLT_RAW, IP4("0027", "06") TCP, DECODE_MALFORMED },
	{ "TCP header of 16 bytes", DLT_RAW,
	  IP4("002c", "06") "c35b 01bb 01020304 05060708 40 18 2000 0000 0000" DATA,
	  DECODE_MALFORMED },
	{ "TCP options behind the end", DLT_RAW,
	  IP4("002c", "06") "c35b 01bb 01020304 05060708 70 18 2000 0000 0000" DATA,
	  DECODE_MALFORMED },
	{ "UDP shorter than its header", DLT_RAW,
	  OUT4("005e", "11") UDP("12b5", "0007") "08000000 00000100" ETH("0800") IP4_TCP,
	  DECODE_MALFORMED },
	{ "GTP extension of no length", DLT_RAW,
	  OUT4("0058", "11")
		  UDP("0868", "0044") "34 ff 0034 00000001 0000 00 85 00 1009 00" IP4_TCP,
	  DECODE_MALFORMED },
	{ "NSH shorter than its header", DLT_EN10MB, ETH("894f") "0fc1 02 02 000001ff" IP6_TCP,
	  DECODE_MALFORMED },
	{ "a fragment of no length", DLT_RAW, "45 00 0014 1234 2000 40 06 0000" IP4_FROM_TO,
	  DECODE_MALFORMED },
	{ "a fragment whose length was left open", DLT_RAW,
	  "45 00 0000 1234 2000 40 06 0000" IP4_FROM_TO TCP, DECODE_MALFORMED },
	{ "a link nobody knows", DLT_USER0, IP4_TCP, DECODE_UNKNOWN_LINK },
	{ "no link at all", -1, IP4_TCP, DECODE_UNKNOWN_LINK },
	{ "an unknown link inside", DLT_PPI, "00 00 0800 93000000" IP4_TCP, DECODE_OTHER },
};

static void refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		print_message("# %s\n", refused[i].says);
		assert_int_equal(decode_hex(*state, refused[i].link, refused[i].hex),
				 refused[i].want);
	}
}

/* Ethernet, tags, IPv4 and TCP: 24 headers are taken, 25 are not. */
static void ends_at_its_depth(void **state)
{
	for (size_t tags = 20; tags < 24; tags++) {
		char hex[2 * FRAME_MAX] = ETH("8100");

		for (size_t i = 1; i < tags; i++)
			strcat(hex, "0064 8100 ");
		strcat(hex, "0064 0800 " IP4_TCP);
		assert_int_equal(decode_hex(*state, DLT_EN10MB, hex),
				 tags <= 21 ? DECODE_TCP : DECODE_DEPTH);
	}
}

static void trusts_lengths_in_order(void **state)
{
	struct held *held = *state;

	/* PPPoE says where its packet ends, and the frame is all there: the rest is padding. */
	assert_int_equal(decode_hex(held, DLT_EN10MB,
				    ETH("8864") "11 00 0001 002a 0021" IP4("002e", "06") TCP PAD6),
			 DECODE_TCP);
	assert_int_equal(held->segment.payload.n, 0);
	assert_int_equal(held->segment.cut, 0);
	/* A mirror cuts what it copies: 1448 bytes of data were there once. */
	assert_int_equal(decode_hex(held, DLT_RAW,
				    OUT4("0052", "2f") "0000 88be" ETH("0800") IP4("05d0", "06")
					    TCP),
			 DECODE_TCP);
	assert_int_equal(held->segment.payload.n, 4);
	assert_int_equal(held->segment.cut, 1444);
	/* And so do files that forget the length on the wire. */
	assert_int_equal(decode_hex(held, DLT_RAW, IP4("05d0", "06") TCP), DECODE_TCP);
	assert_int_equal(held->segment.cut, 1444);
}

#define PIECE4(total, place) "45 00 " total " 1234 " place " 40 06 0000 " IP4_FROM_TO
#define PIECE6(length, place) IP6(length, "3c") "2c 00 010400000000 06 00 " place " 00000001 "
#define TCP_FIRST "c35b 01bb 01020304 05060708 50 18 2000 " /* 16 bytes of TCP */
#define TCP_LAST "0000 0000" DATA

/* Two fragments in either order; the packet put together is what was sent, but for its flags. */
static void joins_fragments(void **state)
{
	static const struct {
		const char *pieces[2];
		struct frame_case whole;
	} rows[] = {
		{ { PIECE4("0024", "6000") TCP_FIRST, PIECE4("001c", "0002") TCP_LAST },
		  { "IPv4", DLT_RAW, NULL, 0, "45 00 002c 1234 4000 40 06 0000" IP4_FROM_TO TCP } },
		{ { PIECE6("0020", "0001") TCP_FIRST, PIECE6("0018", "0010") TCP_LAST },
		  { "IPv6", DLT_RAW, NULL, 0, IP6("0020", "3c") "06 00 010400000000" TCP } },
		{ { OUT4("0038", "04") PIECE4("0024", "2000") TCP_FIRST,
		    OUT4("0030", "04") PIECE4("001c", "0002") TCP_LAST },
		  { "in a tunnel", DLT_RAW, NULL, 0, IP4_TCP } },
	};
	struct held *held = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t first = 0; first < 2; first++) {
			print_message("# %s, from %zu\n", rows[i].whole.says, first);
			assert_int_equal(decode_hex(held, DLT_RAW, rows[i].pieces[first]),
					 DECODE_FRAGMENT);
			assert_int_equal(decode_hex(held, DLT_RAW, rows[i].pieces[!first]),
					 DECODE_TCP);
			assert_true(held->segment.fragmented);
			held->segment.fragmented = false;
			expect_segment(&rows[i].whole, &held->segment);
		}
	}
	assert_int_equal(decoder_fragments_lost(held->decoder), 0);
	assert_int_equal(decode_hex(held, DLT_RAW, rows[0].pieces[0]), DECODE_FRAGMENT);
	assert_int_equal(decoder_fragments_lost(held->decoder), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_the_segment, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_what_is_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(survives_short_frames, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_at_its_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(trusts_lengths_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(joins_fragments, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
