/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/packets.c file/source.c file/bytestream.c file/savefile.c file/pcapng.c */
/* links: file/blocks.c file/names.c file/ticks.c file/linktype.c base/text.c base/text_escape.c */
/* libs: -lpcap -lz */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/util.h"
#include "capture_expect.h"

static int kept_input;

/* The reading end of a pipe as standard input; the writing end is returned. */
static int pipe_to_stdin(void)
{
	int ends[2];

	alarm(20); /* who waits for more than the next packet waits for ever */
	kept_input = dup(0);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], 0);
	close(ends[0]);
	return ends[1];
}

static void restore_stdin(void)
{
	dup2(kept_input, 0);
	close(kept_input);
	alarm(0);
}

static void feed(int fd, const void *p, size_t n)
{
	assert_int_equal(write(fd, p, n), n);
}

/* Each packet is there as soon as it was written, and before the next one is. */
static void follows_a_pipe(void **state)
{
	(void)state;
	for (int form = 0; form < 2; form++) {
		struct capture c = { .n = 0 };
		int fd = pipe_to_stdin();
		struct packets *packets;
		uint64_t done, all;

		if (form) {
			section(&c, 1);
			interface(&c, 1, 0, "eth0", 0);
		} else {
			pcap_head(&c, PCAP_NS, 0, 1);
		}
		feed(fd, c.p, c.n);
		packets = opened("-");
		for (uint32_t i = 0; i < 3; i++) {
			c.n = 0;
			if (form)
				enhanced(&c, 0, i, "data");
			else
				pcap_record(&c, i, 0, "data", 4);
			feed(fd, c.p, 10); /* in two parts */
			feed(fd, c.p + 10, c.n - 10);
			expect(packets, i * NS_PER_S, "data", 4, 1, form ? "eth0" : NULL);
		}
		packets_progress(packets, &done, &all);
		assert_int_equal(all, 0);
		close(fd);
		expect_end(packets);
		restore_stdin();
	}
}

static void on_alarm(int number)
{
	(void)number;
}

/* A handler without SA_RESTART ends the wait: what came so far is all, and no damage. */
static void a_signal_ends_the_wait(void **state)
{
	struct sigaction action = { .sa_handler = on_alarm }, old;
	struct itimerval soon = { .it_value.tv_usec = 50000 };
	struct capture c = { .n = 0 };
	int fd = pipe_to_stdin();
	struct packets *packets;

	(void)state;
	pcap_head(&c, PCAP_NS, 0, 1);
	pcap_record(&c, 1, 0, "x", 1);
	feed(fd, c.p, c.n);
	packets = opened("-");
	expect(packets, 1 * NS_PER_S, "x", 1, 1, NULL);
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &soon, NULL);
	expect_end(packets);
	sigaction(SIGALRM, &old, NULL);
	restore_stdin();
	close(fd);
}

/* As `gzip` behind a program that flushes: what was flushed is there at once. */
static void follows_a_gzip_stream(void **state)
{
	z_stream z = { 0 };
	int fd = pipe_to_stdin();
	struct packets *packets = NULL;

	(void)state;
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	for (uint32_t i = 0; i < 4; i++) {
		struct capture c = { .n = 0 };
		uint8_t packed[1000];

		if (i)
			pcap_record(&c, i, 0, "data", 4);
		else
			pcap_head(&c, PCAP_NS, 0, 1);
		z.next_in = c.p;
		z.avail_in = (uInt)c.n;
		z.next_out = packed;
		z.avail_out = sizeof(packed);
		deflate(&z, i == 3 ? Z_FINISH : Z_SYNC_FLUSH);
		feed(fd, packed, sizeof(packed) - z.avail_out);
		if (i)
			expect(packets, i * NS_PER_S, "data", 4, 1, NULL);
		else
			packets = opened("-");
	}
	deflateEnd(&z);
	close(fd);
	expect_end(packets);
	restore_stdin();
}

/* Redirected from a file, its size is known, and it is read from where it stands. */
static void reads_a_redirected_file(void **state)
{
	struct capture c = { .n = 0 };
	struct packets *packets;
	uint64_t done, all;
	FILE *file = tmpfile();

	(void)state;
	put_bytes(&c, "before", 6);
	pcap_head(&c, PCAP_NS, 0, 1);
	pcap_record(&c, 1, 0, "data", 4);
	feed(fileno(file), c.p, c.n);
	kept_input = dup(0);
	dup2(fileno(file), 0);
	lseek(0, 6, SEEK_SET);
	packets = opened("-");
	expect(packets, 1 * NS_PER_S, "data", 4, 1, NULL);
	packets_progress(packets, &done, &all);
	assert_int_equal(done, c.n - 6);
	assert_int_equal(all, c.n - 6);
	expect_end(packets);
	restore_stdin();
	fclose(file);
}

static void refuses(const char *const *names, size_t n, const char *want)
{
	char error[100];

	assert_null(packets_open(names, n, error, sizeof(error)));
	assert_string_equal(error, want);
}

static void names_standard_input_in_its_sentences(void **state)
{
	static const char *const twice[] = { "-", "-" };
	struct capture c = { .n = 0 };
	int fd = pipe_to_stdin();

	(void)state;
	pcap_head(&c, PCAP_NS, 0, 1);
	feed(fd, c.p, c.n);
	refuses(twice, 2, "standard input: can be read only once");
	close(fd);
	refuses(twice, 1, "standard input: not a capture file (pcap or pcapng): it is empty");
	close(0);
	refuses(twice, 1, "standard input: Bad file descriptor");
	restore_stdin();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_a_pipe),
		cmocka_unit_test(a_signal_ends_the_wait),
		cmocka_unit_test(follows_a_gzip_stream),
		cmocka_unit_test(reads_a_redirected_file),
		cmocka_unit_test(names_standard_input_in_its_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
