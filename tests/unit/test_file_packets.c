/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/packets.c file/source.c file/bytestream.c file/savefile.c file/pcapng.c */
/* links: file/blocks.c file/names.c file/ticks.c file/linktype.c base/text.c base/text_escape.c */
/* libs: -lpcap -lz */
#include <pcap/pcap.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/util.h"
#include "capture_expect.h"
#include "file/linktype.h"
#include "file/ticks.h"

#define S NS_PER_S

/* Seconds over 2^31 have no sign: the field is unsigned. */
static void reads_pcap_in_all_its_forms(void **state)
{
	static const struct {
		uint32_t magic;
		uint32_t unit;
	} forms[] = { { PCAP_US, 1000 }, { PCAP_NS, 1 }, { PCAP_KUZNETZOV, 1000 } };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(forms); i++) {
		uint32_t magic = forms[i / 2].magic;
		struct capture c = { .big = i % 2 };
		struct packets *packets;

		pcap_head(&c, magic, 65535, 1);
		for (int k = 0; k < 2; k++) {
			put(&c, k ? 4000000000 : 1700000000, 4);
			put(&c, 999999, 4);
			put(&c, 3, 4);
			put(&c, 3 + 100 * k, 4);
			put_bytes(&c, "01234567abc" + (magic == PCAP_KUZNETZOV ? 0 : 8),
				  magic == PCAP_KUZNETZOV ? 11 : 3);
		}
		packets = opened(stored("a", c.p, c.n));
		expect(packets, 1700000000 * S + 999999 * forms[i / 2].unit, "abc", 3, DLT_EN10MB,
		       NULL);
		expect(packets, 4000000000 * S + 999999 * forms[i / 2].unit, "abc", 103, DLT_EN10MB,
		       NULL);
		expect_end(packets);
	}
}

/* Two sections of different byte order, and every block the draft has, or had. */
static void pcapng_two_sections(struct capture *c, bool big)
{
	static const uint32_t skipped[] = { 4, 5, 10, 0xbad, 0x40000bad, 0x80000077 };

	c->big = big;
	section(c, 1);
	interface(c, 1, 0, "eth0", -1);
	interface(c, 101, 5, "tun\xc3\xa9", 9);
	enhanced(c, 0, 1700000000000001, "one");
	enhanced(c, 1, 1700000000000000002, "second");
	for (size_t i = 0; i < ARRAY_SIZE(skipped); i++) {
		block_begin(c, skipped[i]);
		put_bytes(c, "whatever", 4 * (i % 3));
		block_end(c, 0);
	}
	simple(c, 7, "simple!"); /* of interface 0, without a limit */
	block_begin(c, 2);	 /* obsolete */
	put(c, 1, 2);
	put(c, 3, 2); /* drops */
	put(c, 1700000000000000004 >> 32, 4);
	put(c, (uint32_t)1700000000000000004, 4);
	put(c, 3, 4);
	put(c, 60, 4);
	put_bytes(c, "old", 3);
	block_end(c, 0);
	c->big = !big;
	section(c, 1);
	interface(c, 113, 4, NULL, 0x80 | 10); /* 2^-10 s */
	simple(c, 9, "simp");
	enhanced_begin(c, 0, 1700000000ull * 1024 + 512, "last", 1500);
	option(c, 1, "a comment", 9);
	option(c, 0, "", 0);
	block_end(c, 0);
}

static void reads_pcapng_in_all_its_forms(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct capture c = { .n = 0 };
		struct packets *packets;

		pcapng_two_sections(&c, big);
		packets = opened(stored("a", c.p, c.n));
		expect(packets, 1700000000000001000, "one", 3, DLT_EN10MB, "eth0");
		expect(packets, 1700000000000000002, "second", 6, DLT_RAW, "tun\xc3\xa9");
		expect(packets, 1700000000000000002, "simple!", 7, DLT_EN10MB, "eth0");
		expect(packets, 1700000000000000004, "old", 60, DLT_RAW, "tun\xc3\xa9");
		expect(packets, 1700000000000000004, "simp", 9, DLT_LINUX_SLL, NULL);
		expect(packets, 1700000000500000000, "last", 1500, DLT_LINUX_SLL, NULL);
		expect_end(packets);
	}
}

/* Names end at a NUL; over the limit, or empty, there is none. Each lives until the end. */
static void names_are_kept_or_absent(void **state)
{
	struct capture c = { .n = 0 };
	char name[257];
	const char *kept[3] = { NULL };
	struct packets *packets;

	(void)state;
	memset(name, 'x', 256);
	name[256] = '\0';
	for (int i = 0; i < 3; i++) {
		section(&c, 1);
		block_begin(&c, 1);
		put(&c, 1, 8);
		option(&c, 2, "wlan0\0x", 7);
		block_end(&c, 0);
		interface(&c, 1, 0, name, -1);
		interface(&c, 1, 0, name + 1, -1);
		interface(&c, 1, 0, "", -1);
		for (uint32_t k = 0; k < 4; k++)
			enhanced(&c, k, 0, "");
	}
	packets = opened(stored("a", c.p, c.n));
	for (int i = 0; i < 3; i++) {
		struct file_packet packet;

		assert_int_equal(packets_next(packets, &packet), PACKETS_OK);
		kept[i] = packet.interface;
		expect(packets, 0, "", 0, 1, NULL);
		expect(packets, 0, "", 0, 1, name + 1);
		expect(packets, 0, "", 0, 1, NULL);
	}
	for (int i = 0; i < 3; i++) {
		assert_string_equal(kept[i], "wlan0");
		assert_ptr_equal(kept[i], kept[0]);
	}
	expect_end(packets);
}

/* Worked out with the whole numbers of Python: ticks * 10**9 // unit + offset * 10**9. */
static void counts_ticks_of_any_length(void **state)
{
	static const struct {
		uint64_t ticks;
		uint8_t resolution;
		int64_t offset;
		uint64_t ns;
	} cases[] = {
		{ 1700000000123456, 6, 0, 1700000000123456000 },
		{ 1700000000, 0, 0, 1700000000000000000 },
		{ 1700000000123, 3, 0, 1700000000123000000 },
		{ 17000000001234567, 7, 0, 1700000000123456700 },
		{ 1700000000123456789, 9, 0, 1700000000123456789 },
		{ UINT64_MAX, 12, 0, 18446744073709551 },
		{ UINT64_MAX, 28, 0, 1 },
		{ UINT64_MAX, 29, 0, 0 },
		{ UINT64_MAX, 127, 0, 0 },
		{ UINT64_MAX, 0, 0, UINT64_MAX },
		{ 7301444403730242871, 0x80 | 32, 0, 1700000000123456788 },
		{ UINT64_MAX, 0x80, 0, UINT64_MAX },
		{ UINT64_MAX, 0x80 | 64, 0, 999999999 },
		{ UINT64_MAX, 0x80 | 127, 0, 0 },
		{ 123456, 6, 1700000000, 1700000000123456000 },
		{ 1700000000123456, 6, -100, 1699999900123456000 },
		{ 1, 6, -1, 0 },
		{ 0, 6, INT64_MIN, 0 },
		{ UINT64_MAX, 0, INT64_MIN, UINT64_MAX },
		{ 5, 0, INT64_MAX, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(ticks_to_ns(cases[i].ticks, cases[i].resolution, cases[i].offset),
				 cases[i].ns);
}

static void adds_the_offset_of_an_interface(void **state)
{
	struct capture c = { .big = true };
	struct packets *packets;

	(void)state;
	section(&c, 1);
	block_begin(&c, 1);
	put(&c, 1, 2);
	put(&c, 0, 6);
	option(&c, 14, "\xff\xff\xff\xff\xff\xff\xff\xff", 8); /* -1 */
	block_end(&c, 0);
	enhanced(&c, 0, 1700000000000000, "x");
	packets = opened(stored("a", c.p, c.n));
	expect(packets, 1699999999 * S, "x", 1, 1, NULL);
	expect_end(packets);
}

/* What libpcap makes of the same number in a pcap file. */
static void link_types_are_those_of_libpcap(void **state)
{
	(void)state;
	for (int link = 0; link < 400; link++) {
		struct capture c = { .n = 0 };
		char error[PCAP_ERRBUF_SIZE];
		pcap_t *pcap;

		pcap_head(&c, PCAP_US, 0, (uint32_t)link);
		pcap = pcap_open_offline(stored("a", c.p, c.n), error);
		assert_non_null(pcap);
		if (link != 14) /* another system's raw IP; libpcap leaves it as it is */
			assert_int_equal(linktype_to_dlt(link), pcap_datalink(pcap));
		pcap_close(pcap);
	}
	assert_int_equal(linktype_to_dlt(14), DLT_RAW);
	assert_int_equal(linktype_to_dlt(DLT_RAW), DLT_RAW);
}

static void reads_gzip_of_both(void **state)
{
	struct capture ng = { .n = 0 }, pcap = { .n = 0 }, more = { .n = 0 }, c = { .n = 0 };
	struct packets *packets;

	(void)state;
	pcapng_two_sections(&ng, true);
	gzip_onto(&c, &ng);
	packets = opened(stored("a.gz", c.p, c.n));
	expect(packets, 1700000000000001000, "one", 3, DLT_EN10MB, "eth0");
	packets_close(packets);

	/* Members, the first of them ends within a packet; zeros at the end, as of a tape. */
	pcap_head(&pcap, PCAP_NS, 0, 101);
	pcap_record(&pcap, 5, 6, "first", 5);
	put_bytes(&more, pcap.p + pcap.n - 3, 3);
	pcap.n -= 3;
	pcap_record(&more, 7, 8, "second", 6);
	c.n = 0;
	gzip_onto(&c, &pcap);
	gzip_onto(&c, &more);
	memset(c.p + c.n, 0, 512);
	packets = opened(stored("a.gz", c.p, c.n + 512));
	expect(packets, 5 * S + 6, "first", 5, DLT_RAW, NULL);
	expect(packets, 7 * S + 8, "second", 6, DLT_RAW, NULL);
	expect_end(packets);
}

/* On ties the earlier argument comes first, and a file's own order is never changed. */
static void merges_files_by_time(void **state)
{
	static const char *const names[] = { "a", "b", "empty", "c" };
	static const char *const want[] = { "c0", "b1", "a2", "b2", "c2", "a5", "a3", "b6", "c7" };
	struct capture a = { .n = 0 }, b = { .n = 0 }, c = { .n = 0 };
	char error[200];
	struct packets *packets;
	uint64_t done, all;

	(void)state;
	pcap_head(&a, PCAP_NS, 0, 1);
	stored("empty", a.p, a.n);
	pcap_record(&a, 2, 0, "a2", 2);
	pcap_record(&a, 5, 0, "a5", 2);
	pcap_record(&a, 3, 0, "a3", 2); /* jumps back */
	section(&b, 1);
	interface(&b, 101, 0, "b", 0);
	enhanced(&b, 0, 1, "b1");
	enhanced(&b, 0, 2, "b2");
	enhanced(&b, 0, 6, "b6");
	pcap_head(&c, PCAP_US, 0, 113);
	pcap_record(&c, 0, 0, "c0", 2);
	pcap_record(&c, 2, 0, "c2", 2);
	pcap_record(&c, 7, 0, "c7", 2);
	stored("a", a.p, a.n);
	stored("b", b.p, b.n);
	stored("c", c.p, c.n);
	packets = packets_open(names, ARRAY_SIZE(names), error, sizeof(error));
	assert_non_null(packets);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const char *file = want[i];

		expect(packets, (uint64_t)(file[1] - '0') * S, want[i], 2,
		       *file == 'a'   ? 1
		       : *file == 'b' ? DLT_RAW
				      : DLT_LINUX_SLL,
		       *file == 'b' ? "b" : NULL);
		packets_progress(packets, &done, &all);
		assert_int_equal(all, a.n + b.n + c.n + 24);
		assert_true(done <= all && done > 24);
	}
	packets_progress(packets, &done, &all);
	assert_int_equal(done, all);
	expect_end(packets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pcap_in_all_its_forms),
		cmocka_unit_test(reads_pcapng_in_all_its_forms),
		cmocka_unit_test(names_are_kept_or_absent),
		cmocka_unit_test(counts_ticks_of_any_length),
		cmocka_unit_test(adds_the_offset_of_an_interface),
		cmocka_unit_test(link_types_are_those_of_libpcap),
		cmocka_unit_test(reads_gzip_of_both),
		cmocka_unit_test(merges_files_by_time),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
