/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/packets.c file/source.c file/bytestream.c file/savefile.c file/pcapng.c */
/* links: file/blocks.c file/names.c file/ticks.c file/linktype.c base/text.c base/text_escape.c */
/* libs: -lpcap -lz */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/util.h"
#include "capture_expect.h"

static void refuses(const char *name, const char *want)
{
	char error[200];

	assert_null(packets_open(&name, 1, error, sizeof(error)));
	assert_string_equal(error, want);
}

/* The first bytes of each form as file(1) knows them. */
static void refuses_what_it_cannot_read(void **state)
{
	static const struct {
		const char *start;
		size_t n;
		const char *says;
	} cases[] = {
		{ "", 0, "a: not a capture file (pcap or pcapng): it is empty" },
		{ "x", 1, "a: not a capture file (pcap or pcapng)" },
		{ "some text, and more of it\n", 26, "a: not a capture file (pcap or pcapng)" },
		{ "\n\r\r\n\x1c\0\0\0wxyz", 12, "a: not a capture file (pcap or pcapng)" },
		{ "snoop\0\0\0\0\0\0\2\0\0\0\4", 16, "a: not a capture file (pcap or pcapng)" },
		{ "\x28\xb5\x2f\xfd....", 8, "a: compressed with zstd: only gzip is read" },
		{ "\xfd\x37zXZ\0..", 8, "a: compressed with xz: only gzip is read" },
		{ "BZh91AY&SY", 10, "a: compressed with bzip2: only gzip is read" },
		{ "\x04\x22\x4d\x18....", 8, "a: compressed with lz4: only gzip is read" },
		{ "\x1f\x8b\x07\0\0\0\0\0\0\0", 10, "a: unknown compression method" },
		{ "\x1f\x8b", 2, "a: a gzip stream that is cut off at its beginning" },
		{ "\xd4\xc3\xb2\xa1\2\0", 6, "a: cut off in the middle of the file header" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		refuses(stored("a", cases[i].start, cases[i].n), cases[i].says);
}

/* The words are those of strerror() where the system says no. */
static void names_what_cannot_be_opened(void **state)
{
	(void)state;
	mkdir("folder", 0700);
	refuses("folder", "folder: is a directory");
	refuses("missing", "missing: No such file or directory");
	refuses("", ": No such file or directory");
	refuses("a\n\x1b[31mb", "a\\x0a\\x1b[31mb: No such file or directory");
	refuses("/proc/self/mem", "/proc/self/mem: Input/output error");
}

/* The end of a sentence says why, so that of a long name the beginning is left out. */
static void keeps_the_end_of_a_long_sentence(void **state)
{
	static const char want[] = "...xxxxxxx: File name too long";
	char name[400], error[sizeof(want)];
	const char *names[] = { name };

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_null(packets_open(names, 1, error, sizeof(error)));
	assert_string_equal(error, want);
	for (size_t size = 1; size < sizeof(error); size++) {
		assert_null(packets_open(names, 1, error, size));
		assert_true(strlen(error) < size);
	}
}

/* A later section may be read where libpcap would say no: the first one decides at the start. */
static void refuses_unknown_versions(void **state)
{
	struct capture c = { .n = 0 };

	(void)state;
	section(&c, 2);
	refuses(stored("a", c.p, c.n), "a: a section in an unknown version of pcapng");
	c.n = 0;
	pcap_head(&c, PCAP_US, 0, 1);
	c.p[4] = 9;
	refuses(stored("a", c.p, c.n), "a: unsupported pcap savefile version 9.4"); /* libpcap's */
}

static void nothing_in_it_is_no_damage(void **state)
{
	struct capture c = { .n = 0 };
	struct packets *packets;
	char error[100];

	(void)state;
	pcap_head(&c, PCAP_US, 0, 1);
	expect_end(opened(stored("a", c.p, c.n)));
	c.n = 0;
	section(&c, 1);
	expect_end(opened(stored("a", c.p, c.n)));
	packets = packets_open(NULL, 0, error, sizeof(error));
	assert_non_null(packets);
	expect_end(packets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_it_cannot_read),
		cmocka_unit_test(names_what_cannot_be_opened),
		cmocka_unit_test(keeps_the_end_of_a_long_sentence),
		cmocka_unit_test(refuses_unknown_versions),
		cmocka_unit_test(nothing_in_it_is_no_damage),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
