/* SPDX-License-Identifier: BSD-2-Clause */
/* The epoll loop: callbacks that remove each other, timers, signals. */
/* links: loop.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "loop.h"

struct fixture {
	struct loop *loop;
	struct loop_timer *timer;
	int a[2], b[2]; /* pipes */
	int calls, calls_b;
};

static void put(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void take(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .loop = loop_new() };
	assert_non_null(f.loop);
	assert_int_equal(pipe(f.a), 0);
	assert_int_equal(pipe(f.b), 0);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_timer_free(f->timer);
	loop_free(f->loop);
	for (int i = 0; i < 2; i++) {
		close(f->a[i]);
		close(f->b[i]);
	}
	return 0;
}

static int stop_now(void *ctx)
{
	struct fixture *f = ctx;

	loop_stop(f->loop);
	return -1;
}

static int stop_after_a_round(void *ctx)
{
	struct fixture *f = ctx;

	if (f->calls || f->calls_b)
		loop_stop(f->loop);
	return 1000;
}

static void on_a(void *ctx, uint32_t events)
{
	struct fixture *f = ctx;

	assert_true(events & EPOLLIN);
	take(f->a[0]);
	f->calls++;
}

static void test_calls_and_stops(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, on_a, f), 0);
	put(f->a[1]);
	assert_int_equal(loop_run(f->loop, stop_after_a_round, f), 0);
	assert_int_equal(f->calls, 1);
}

static void test_refuses_wrong_descriptors(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_add(f->loop, -1, EPOLLIN, on_a, f), -EBADF);
	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, on_a, f), 0);
	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, on_a, f), -EEXIST);
	assert_int_equal(loop_del(f->loop, f->a[0]), 0);
	assert_int_equal(loop_del(f->loop, f->a[0]), -ENOENT);
	assert_int_equal(loop_change(f->loop, f->a[0], EPOLLIN), -ENOENT);
}

static void test_stop_before_run(void **state)
{
	struct fixture *f = *state;

	loop_stop(f->loop);
	assert_int_equal(loop_run(f->loop, NULL, NULL), 0);
	assert_int_equal(loop_run(f->loop, stop_now, f), 0);
}

/* Whichever of two ready descriptors comes first removes both: the other must not be called. */
static void remove_both(void *ctx, uint32_t events)
{
	struct fixture *f = ctx;

	(void)events;
	f->calls++;
	assert_int_equal(loop_del(f->loop, f->a[0]), 0);
	assert_int_equal(loop_del(f->loop, f->b[0]), 0);
}

static void test_removed_in_the_same_batch(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, remove_both, f), 0);
	assert_int_equal(loop_add(f->loop, f->b[0], EPOLLIN, remove_both, f), 0);
	put(f->a[1]);
	put(f->b[1]);
	assert_int_equal(loop_run(f->loop, stop_after_a_round, f), 0);
	assert_int_equal(f->calls, 1);
}

static void on_b_again(void *ctx, uint32_t events)
{
	struct fixture *f = ctx;

	(void)events;
	f->calls_b++;
}

/* The same number, a new source: what the batch still holds belongs to the old one. */
static void replace_both(void *ctx, uint32_t events)
{
	struct fixture *f = ctx;

	remove_both(ctx, events);
	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, on_b_again, f), 0);
	assert_int_equal(loop_add(f->loop, f->b[0], EPOLLIN, on_b_again, f), 0);
}

static void test_replaced_in_the_same_batch(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(loop_add(f->loop, f->a[0], EPOLLIN, replace_both, f), 0);
	assert_int_equal(loop_add(f->loop, f->b[0], EPOLLIN, replace_both, f), 0);
	put(f->a[1]);
	put(f->b[1]);
	assert_int_equal(loop_run(f->loop, stop_after_a_round, f), 0);
	assert_int_equal(f->calls, 1);
	assert_int_equal(f->calls_b, 0);
}

static void on_tick(void *ctx)
{
	struct fixture *f = ctx;

	if (++f->calls == 3)
		loop_stop(f->loop);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void test_timer_repeats(void **state)
{
	struct fixture *f = *state;
	uint64_t start = now_ns();

	f->timer = loop_timer_new(f->loop, on_tick, f);
	assert_non_null(f->timer);
	assert_int_equal(loop_timer_set(f->timer, 5 * NS_PER_MS, 2 * NS_PER_MS), 0);
	assert_int_equal(loop_run(f->loop, NULL, NULL), 0);
	assert_int_equal(f->calls, 3);
	assert_true(now_ns() - start >= 7 * NS_PER_MS); /* ticks missed are one call */
}

static int give_up(void *ctx)
{
	struct fixture *f = ctx;

	if (++f->calls_b == 2)
		loop_stop(f->loop);
	return 30;
}

static void test_timer_is_off(void **state)
{
	struct fixture *f = *state;

	f->timer = loop_timer_new(f->loop, on_tick, f);
	assert_int_equal(loop_timer_set(f->timer, NS_PER_MS, NS_PER_MS), 0);
	assert_int_equal(loop_timer_set(f->timer, 0, 0), 0);
	assert_int_equal(loop_run(f->loop, give_up, f), 0);
	assert_int_equal(f->calls, 0);
}

static void free_own_timer(void *ctx)
{
	struct fixture *f = ctx;

	f->calls++;
	loop_timer_free(f->timer);
	f->timer = NULL;
}

static void test_timer_frees_itself(void **state)
{
	struct fixture *f = *state;

	f->timer = loop_timer_new(f->loop, free_own_timer, f);
	assert_int_equal(loop_timer_set(f->timer, 1, NS_PER_MS), 0);
	assert_int_equal(loop_run(f->loop, stop_after_a_round, f), 0);
	assert_int_equal(f->calls, 1);
}

static void test_signals_stop(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM };
	struct fixture *f = *state;

	assert_int_equal(loop_catch_signals(f->loop), 0);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		raise(signals[i]);
		assert_int_equal(loop_run(f->loop, NULL, NULL), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(calls_and_stops),
		TEST(refuses_wrong_descriptors),
		TEST(stop_before_run),
		TEST(removed_in_the_same_batch),
		TEST(replaced_in_the_same_batch),
		TEST(timer_repeats),
		TEST(timer_is_off),
		TEST(timer_frees_itself),
		TEST(signals_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
