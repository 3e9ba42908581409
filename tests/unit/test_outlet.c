/* SPDX-License-Identifier: BSD-2-Clause */
/* links: outlet.c base/text.c base/text_escape.c */
/* Output whose reader sleeps. How much a pipe takes is what the kernel says (F_GETPIPE_SZ). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "outlet.h"

#define LINE 1000
#define LINES 20000 /* 20 MB: more than is kept */

struct rig {
	int pipe[2];
	struct outlet outlet;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_int_equal(pipe(rig->pipe), 0);
	outlet_init(&rig->outlet, rig->pipe[1], false);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	outlet_free(&rig->outlet);
	close(rig->pipe[0]);
	close(rig->pipe[1]);
	free(rig);
	return 0;
}

static void put(struct outlet *outlet, const char *p, size_t n)
{
	struct text *out = outlet_begin(outlet);

	if (!out)
		return;
	text_add(out, p, n);
	outlet_end(outlet);
}

/* Each line is of one letter, so that parts of two would show. */
static void put_lines(struct rig *rig, size_t count)
{
	char line[LINE];

	for (size_t i = 0; i < count; i++) {
		memset(line, 'a' + (int)(i % 26), LINE - 1);
		line[LINE - 1] = '\n';
		put(&rig->outlet, line, LINE);
		assert_true(outlet_push(&rig->outlet));
	}
}

/* How many whole lines come out, until all that waits has. */
static size_t take_lines(struct rig *rig)
{
	char line[LINE];
	size_t lines = 0, n = 0;
	ssize_t got;

	fcntl(rig->pipe[0], F_SETFL, O_NONBLOCK);
	while ((got = read(rig->pipe[0], line + n, LINE - n)) > 0 || outlet_waits(&rig->outlet)) {
		n += got > 0 ? (size_t)got : 0;
		assert_true(outlet_push(&rig->outlet));
		if (n < LINE)
			continue;
		for (size_t i = 1; i < LINE - 1; i++)
			assert_int_equal(line[i], line[0]);
		assert_int_equal(line[LINE - 1], '\n');
		lines++;
		n = 0;
	}
	assert_int_equal(n, 0);
	return lines;
}

static void a_reader_that_sleeps(void **state)
{
	struct rig *rig = *state;
	size_t kept;

	put_lines(rig, LINES);
	assert_true(rig->outlet.dropped > 0);
	kept = take_lines(rig);
	assert_int_equal(kept + rig->outlet.dropped, LINES);
	assert_true(kept * LINE > 8000000);
	put_lines(rig, 1); /* awake again */
	assert_int_equal(take_lines(rig), 1);
	assert_int_equal(kept + rig->outlet.dropped, LINES);
}

static void a_reader_that_keeps_up(void **state)
{
	struct rig *rig = *state;

	for (int i = 0; i < 1000; i++) {
		put_lines(rig, 50);
		assert_false(outlet_waits(&rig->outlet));
		assert_int_equal(take_lines(rig), 50);
	}
	assert_int_equal(rig->outlet.dropped, 0);
}

static void a_reader_that_leaves(void **state)
{
	struct rig *rig = *state;

	signal(SIGPIPE, SIG_IGN);
	close(rig->pipe[0]);
	put(&rig->outlet, "x", 1);
	assert_false(outlet_push(&rig->outlet));
	assert_int_equal(rig->outlet.error, EPIPE);
	put(&rig->outlet, "x", 1);
	assert_false(outlet_push(&rig->outlet));
}

static void the_end_waits_no_longer_than_told(void **state)
{
	struct rig *rig = *state;

	put_lines(rig, 2 * (size_t)fcntl(rig->pipe[1], F_GETPIPE_SZ) / LINE);
	assert_true(outlet_waits(&rig->outlet));
	assert_true(outlet_finish(&rig->outlet, 10));
	assert_true(outlet_waits(&rig->outlet));
}

/* Patient: what is put is there at the end, whatever else. */
static void a_file(void **state)
{
	struct rig *rig = *state;
	char name[] = "/tmp/shaketap-outlet.XXXXXX";
	int fd = mkstemp(name);
	struct outlet file;

	(void)rig;
	outlet_init(&file, fd, true);
	for (int i = 0; i < LINES; i++)
		put(&file, "0123456789", 10);
	assert_true(outlet_finish(&file, 0));
	assert_int_equal(lseek(fd, 0, SEEK_END), LINES * 10);
	assert_int_equal(file.dropped, 0);
	outlet_free(&file);
	close(fd);
	unlink(name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_that_sleeps),
		TEST(a_reader_that_keeps_up),
		TEST(a_reader_that_leaves),
		TEST(the_end_waits_no_longer_than_told),
		TEST(a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
