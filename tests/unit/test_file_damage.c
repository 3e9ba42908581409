/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/packets.c file/source.c file/bytestream.c file/savefile.c file/pcapng.c */
/* links: file/blocks.c file/names.c file/ticks.c file/linktype.c base/text.c base/text_escape.c */
/* libs: -lpcap -lz */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/util.h"
#include "capture_expect.h"

/* Where a file may be cut without a packet missing: behind its head and each of its packets. */
struct borders {
	size_t at[16];
	size_t n;
};

static void border(struct borders *borders, const struct capture *c)
{
	borders->at[borders->n++] = c->n;
}

static void three_of_pcap(struct capture *c, struct borders *borders)
{
	pcap_head(c, PCAP_NS, 0, 1);
	border(borders, c);
	for (uint32_t i = 0; i < 3; i++) {
		pcap_record(c, i, 0, "packet", 6);
		border(borders, c);
	}
}

static void three_of_pcapng(struct capture *c, struct borders *borders)
{
	section(c, 1);
	interface(c, 1, 0, "eth0", 0);
	border(borders, c);
	enhanced(c, 0, 0, "packet");
	border(borders, c);
	simple(c, 6, "packet");
	border(borders, c);
	enhanced(c, 0, 2, "packet");
	border(borders, c);
}

/* All packets, each "packet"; the result of the call behind the last one. */
static enum packets_result count(struct packets *packets, size_t *n)
{
	enum packets_result result;
	struct file_packet packet;

	*n = 0;
	while ((result = packets_next(packets, &packet)) == PACKETS_OK) {
		assert_int_equal(packet.bytes.n, 6);
		assert_memory_equal(packet.bytes.p, "packet", 6);
		++*n;
	}
	return result;
}

static void expect_cut(size_t whole, bool clean)
{
	struct packets *packets = opened("a");
	char want[80];
	size_t n;

	assert_int_equal(count(packets, &n), clean ? PACKETS_END : PACKETS_DAMAGED);
	assert_int_equal(n, whole);
	snprintf(want, sizeof(want), "a: cut off in the middle of packet %zu", whole + 1);
	if (clean)
		assert_null(packets_damage(packets, 0));
	else if (strcmp(packets_damage(packets, 0), want) != 0) /* too early to know the block */
		assert_non_null(strstr(packets_damage(packets, 0), "a: cut off be"));
	assert_null(packets_damage(packets, 1));
	packets_close(packets);
}

static void expect_cut_head(size_t at)
{
	const char *name = "a";
	char error[100];

	assert_null(packets_open(&name, 1, error, sizeof(error)));
	if (at >= 4)
		assert_string_equal(error, "a: cut off in the middle of the file header");
	else
		assert_non_null(strstr(error, "a: not a capture file (pcap or pcapng)"));
}

static void cuts_everywhere(const struct capture *c, const struct borders *borders, size_t head)
{
	for (size_t at = 0; at <= c->n; at++) {
		size_t whole = 0;
		bool clean = at == head;

		stored("a", c->p, at);
		if (at < head) {
			expect_cut_head(at);
			continue;
		}
		for (size_t i = 0; i < borders->n; i++) {
			clean = clean || at == borders->at[i];
			whole += i && at >= borders->at[i];
		}
		expect_cut(whole, clean);
	}
}

static void a_cut_at_every_byte_keeps_what_came_before(void **state)
{
	struct borders borders = { .n = 0 };
	struct capture c = { .n = 0 };

	(void)state;
	three_of_pcap(&c, &borders);
	cuts_everywhere(&c, &borders, 24);
	for (int big = 0; big < 2; big++) {
		c = (struct capture){ .big = big };
		borders.n = 0;
		three_of_pcapng(&c, &borders);
		cuts_everywhere(&c, &borders, 28);
	}
}

/* Where a packet was begun, the sentence says so; where none was, what came last. */
static void a_cut_is_told_by_the_packet(void **state)
{
	static const struct {
		size_t at; /* bytes behind the second packet */
		const char *says;
	} pcap[] = { { 1, "a: cut off in the middle of packet 3" },
		     { 21, "a: cut off in the middle of packet 3" } },
	  pcapng[] = { { 1, "a: cut off behind packet 2" },
		       { 4, "a: cut off in the middle of packet 3" },
		       { 39, "a: cut off in the middle of packet 3" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pcap) + ARRAY_SIZE(pcapng); i++) {
		size_t k = i - ARRAY_SIZE(pcap);
		bool ng = i >= ARRAY_SIZE(pcap);
		struct borders borders = { .n = 0 };
		struct capture c = { .n = 0 };
		struct packets *packets;
		size_t n;

		(ng ? three_of_pcapng : three_of_pcap)(&c, &borders);
		packets =
			opened(stored("a", c.p, borders.at[2] + (ng ? pcapng[k].at : pcap[i].at)));
		assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
		assert_int_equal(n, 2);
		assert_string_equal(packets_damage(packets, 0), ng ? pcapng[k].says : pcap[i].says);
		packets_close(packets);
	}
}

/* Nothing but the whole stream, with its checksum and its length, is without damage. */
static void a_cut_gzip_stream_is_damage(void **state)
{
	(void)state;
	for (int form = 0; form < 2; form++) {
		struct borders borders = { .n = 0 };
		struct capture plain = { .n = 0 }, c = { .n = 0 };
		size_t before = 0;

		(form ? three_of_pcapng : three_of_pcap)(&plain, &borders);
		gzip_onto(&c, &plain);
		for (size_t at = 0; at <= c.n; at++) {
			const char *name = stored("a", c.p, at);
			char error[100];
			struct packets *packets = packets_open(&name, 1, error, sizeof(error));
			size_t n = 0;

			if (packets)
				assert_int_equal(count(packets, &n),
						 at == c.n ? PACKETS_END : PACKETS_DAMAGED);
			else
				assert_int_equal(before, 0);
			assert_true(n >= before);
			before = n;
			packets_close(packets);
		}
		assert_int_equal(before, 3);
	}
}

static void gzip_tells_what_is_wrong(void **state)
{
	struct borders borders = { .n = 0 };
	struct capture plain = { .n = 0 }, c = { .n = 0 };
	struct packets *packets;
	size_t n;

	(void)state;
	three_of_pcap(&plain, &borders);
	gzip_onto(&c, &plain);
	packets = opened(stored("a", c.p, c.n - 3));
	assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
	assert_string_equal(packets_damage(packets, 0), "a: cut off behind packet 3");
	packets_close(packets);

	put(&c, 'x', 1);
	packets = opened(stored("a", c.p, c.n));
	assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
	assert_string_equal(
		packets_damage(packets, 0),
		"a: damaged behind packet 3: other data behind the end of the gzip stream");
	packets_close(packets);

	c.p[c.n - 6] ^= 1; /* of the checksum, RFC 1952 section 2.3 */
	packets = opened(stored("a", c.p, c.n));
	assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
	assert_string_equal(packets_damage(packets, 0),
			    "a: damaged behind packet 3: incorrect data check"); /* zlib's */
	packets_close(packets);
}

/* Each behind a good packet. */
static void two_lengths(struct capture *c)
{
	enhanced(c, 0, 0, "packet");
	c->p[c->n - (c->big ? 1 : 4)] ^= 4;
}

static void odd_length(struct capture *c)
{
	block_begin(c, 0x77);
	put(c, 0, 1);
	block_end(c, 13);
}

static void short_length(struct capture *c)
{
	block_begin(c, 6);
	block_end(c, 8);
}

static void huge_length(struct capture *c)
{
	block_begin(c, 6);
	block_end(c, 0xfffffffc);
}

static void short_packet_block(struct capture *c)
{
	block_begin(c, 6);
	put(c, 0, 8);
	block_end(c, 0);
}

static void no_such_interface(struct capture *c)
{
	enhanced(c, 1, 0, "packet");
}

static void no_interface_at_all(struct capture *c)
{
	section(c, 1);
	simple(c, 6, "packet");
}

static void packet_over_block(struct capture *c)
{
	block_begin(c, 6);
	put(c, 0, 8);
	put(c, 0, 4);
	put(c, 9, 4);
	put(c, 9, 4);
	put_bytes(c, "12345678", 8);
	block_end(c, 0);
}

static void simple_over_block(struct capture *c)
{
	simple(c, 0xffffffff, "packet");
}

static void option_over_block(struct capture *c)
{
	block_begin(c, 1);
	put(c, 1, 8);
	put(c, 2, 2);
	put(c, 0xffff, 2);
	block_end(c, 0);
}

static void resolution_of_no_bytes(struct capture *c)
{
	block_begin(c, 1);
	put(c, 1, 8);
	option(c, 9, "", 0);
	block_end(c, 0);
}

static void unknown_version(struct capture *c)
{
	section(c, 2);
}

static void unknown_order(struct capture *c)
{
	section(c, 1);
	c->p[c->n - 20] ^= 1;
}

static void damaged_blocks_end_their_file(void **state)
{
	static const struct {
		void (*add)(struct capture *c);
		const char *says;
	} cases[] = {
		{ two_lengths, "a block whose two lengths differ" },
		{ odd_length, "a block of 13 bytes" },
		{ short_length, "a block of 8 bytes" },
		{ huge_length, "a block of 4294967292 bytes" },
		{ short_packet_block, "a packet block that is too short" },
		{ no_such_interface, "a packet of an interface that was not described" },
		{ no_interface_at_all, "a packet of an interface that was not described" },
		{ packet_over_block, "a packet that is longer than its block" },
		{ simple_over_block, "a packet that is longer than its block" },
		{ option_over_block, "an interface description with impossible lengths" },
		{ resolution_of_no_bytes, "an interface description with impossible lengths" },
		{ unknown_version, "a section in an unknown version of pcapng" },
		{ unknown_order, "a section of unknown byte order" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		struct capture c = { .big = i % 2 };
		struct packets *packets;
		char want[120];
		size_t n;

		section(&c, 1);
		interface(&c, 1, 0, NULL, -1);
		enhanced(&c, 0, 0, "packet");
		cases[i / 2].add(&c);
		enhanced(&c, 0, 0, "packet");
		packets = opened(stored("a", c.p, c.n));
		assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
		assert_int_equal(n, 1);
		snprintf(want, sizeof(want), "a: damaged behind packet 1: %s", cases[i / 2].says);
		assert_string_equal(packets_damage(packets, 0), want);
		packets_close(packets);
	}
}

/* libpcap's limit for Ethernet is 262144, and its words are its own. */
static void a_damaged_file_does_not_end_the_others(void **state)
{
	static const char *const names[] = { "whole", "bad", "cut" };
	struct borders borders = { .n = 0 };
	struct capture c = { .n = 0 };
	char error[100];
	struct packets *packets;
	size_t n;

	(void)state;
	three_of_pcap(&c, &borders);
	stored("whole", c.p, c.n);
	stored("cut", c.p, c.n - 1);
	c.p[24 + 8 + 2] = 5; /* captured length of the first packet: 5 << 16 | 6 */
	stored("bad", c.p, c.n);
	packets = packets_open(names, 3, error, sizeof(error));
	assert_non_null(packets);
	assert_int_equal(count(packets, &n), PACKETS_DAMAGED);
	assert_int_equal(n, 5);
	assert_non_null(strstr(packets_damage(packets, 0),
			       "bad: damaged before the first packet: invalid packet capture "
			       "length 327686, bigger than "));
	assert_string_equal(packets_damage(packets, 1), "cut: cut off in the middle of packet 3");
	assert_null(packets_damage(packets, 2));
	packets_close(packets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_at_every_byte_keeps_what_came_before),
		cmocka_unit_test(a_cut_is_told_by_the_packet),
		cmocka_unit_test(a_cut_gzip_stream_is_damage),
		cmocka_unit_test(gzip_tells_what_is_wrong),
		cmocka_unit_test(damaged_blocks_end_their_file),
		cmocka_unit_test(a_damaged_file_does_not_end_the_others),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
