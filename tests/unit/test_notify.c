/* SPDX-License-Identifier: BSD-2-Clause */
/* The service manager's side of the protocol is a real socket, as sd_notify(3) describes it. */
/* links: notify.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "notify.h"

struct fixture {
	char folder[32], name[64]; /* as in the environment */
	int manager;
	struct notify notify;
	char error[256];
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .folder = "/tmp/notify.XXXXXX", .manager = -1, .notify.fd = -1 };
	assert_non_null(mkdtemp(f.folder));
	snprintf(f.name, sizeof(f.name), "%s/socket", f.folder);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	notify_close(&f->notify);
	if (f->manager >= 0)
		close(f->manager);
	unlink(f->name);
	return rmdir(f->folder);
}

/* A manager that listens at name. */
static void listen_at(struct fixture *f, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(name);

	memcpy(address.sun_path, name, n);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	f->manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(f->manager >= 0);
	assert_int_equal(bind(f->manager, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
			 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void open_well(struct fixture *f)
{
	f->error[0] = '\0';
	assert_true(notify_open(&f->notify, f->error, sizeof(f->error)));
	assert_string_equal(f->error, "");
}

static void arrives(struct fixture *f, const char *lines)
{
	char got[512];
	ssize_t n = recv(f->manager, got, sizeof(got) - 1, 0);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, lines);
	/* one datagram, no more */
	assert_int_equal(recv(f->manager, got, sizeof(got), 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void nobody(void **state)
{
	struct fixture *f = *state;

	setenv("WATCHDOG_USEC", "2000000", 1); /* without a socket there is nowhere to send it */
	open_well(f);
	assert_int_equal(f->notify.fd, -1);
	assert_int_equal(f->notify.watchdog, 0);
	assert_false(notify_send(&f->notify, "READY=1"));
}

static void path(void **state)
{
	struct fixture *f = *state;

	listen_at(f, f->name);
	open_well(f);
	assert_true(notify_send(&f->notify, "READY=1\nSTATUS=all is well"));
	arrives(f, "READY=1\nSTATUS=all is well");
	assert_true(notify_send(&f->notify, "STOPPING=1"));
	arrives(f, "STOPPING=1");
}

static void abstract(void **state)
{
	struct fixture *f = *state;
	char name[64];

	snprintf(name, sizeof(name), "@shaketap-test-%d", getpid());
	listen_at(f, name);
	open_well(f);
	assert_true(notify_send(&f->notify, "WATCHDOG=1"));
	arrives(f, "WATCHDOG=1");
}

static void bad_sockets(void **state)
{
	struct fixture *f = *state;
	char longest[200], nowhere[80];

	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	snprintf(nowhere, sizeof(nowhere), "%s/nowhere", f->folder);
	const char *const bad[] = { "", "/", "@", "relative", "vsock:2:1234", longest, nowhere };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		setenv("NOTIFY_SOCKET", bad[i], 1);
		setenv("WATCHDOG_USEC", "1000000", 1);
		assert_false(notify_open(&f->notify, f->error, sizeof(f->error)));
		assert_non_null(strstr(f->error, "NOTIFY_SOCKET"));
		assert_non_null(strrchr(f->error, ':')); /* the reason is not cut off */
		assert_int_equal(f->notify.fd, -1);
		assert_int_equal(f->notify.watchdog, 0);
		assert_false(notify_send(&f->notify, "READY=1"));
	}
}

/* The longest name that fits into an address is one byte short of its room. */
static void long_path(void **state)
{
	struct fixture *f = *state;
	char name[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	size_t n = (size_t)snprintf(name, sizeof(name), "%s/", f->folder);

	memset(name + n, 'n', sizeof(name) - 1 - n);
	name[sizeof(name) - 1] = '\0';
	listen_at(f, name);
	open_well(f);
	assert_true(notify_send(&f->notify, "READY=1"));
	arrives(f, "READY=1");
	assert_int_equal(unlink(name), 0);
}

struct watchdog {
	const char *usec, *pid; /* pid "self": ours */
	bool good;
	uint64_t ns;
};

static void watchdogs(void **state)
{
	static const struct watchdog rows[] = {
		{ "30000000", NULL, true, 30 * NS_PER_S },
		{ "1", NULL, true, 1000 },
		{ "30000000", "self", true, 30 * NS_PER_S },
		{ "30000000", "1", true, 0 }, /* somebody else's */
		{ NULL, "self", true, 0 },
		{ "0", NULL, false, 0 },
		{ "", NULL, false, 0 },
		{ "-1", NULL, false, 0 },
		{ " 5", NULL, false, 0 },
		{ "5s", NULL, false, 0 },
		{ "18446744073709551615", NULL, false, 0 }, /* more ns than 64 bits hold */
		{ "99999999999999999999", NULL, false, 0 },
		{ "30000000", "", false, 0 },
		{ "30000000", "me", false, 0 },
	};
	struct fixture *f = *state;
	char self[16];

	snprintf(self, sizeof(self), "%d", getpid());
	listen_at(f, f->name);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *pid = rows[i].pid;

		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (rows[i].usec)
			setenv("WATCHDOG_USEC", rows[i].usec, 1);
		if (pid)
			setenv("WATCHDOG_PID", strcmp(pid, "self") ? pid : self, 1);
		assert_int_equal(notify_open(&f->notify, f->error, sizeof(f->error)), rows[i].good);
		assert_int_equal(f->notify.watchdog, rows[i].ns);
		if (!rows[i].good)
			assert_non_null(strstr(f->error, "WATCHDOG_USEC"));
		/* The rest works all the same. */
		assert_true(notify_send(&f->notify, "READY=1"));
		arrives(f, "READY=1");
		notify_close(&f->notify);
	}
}

/* A manager that takes nothing holds us up for a second, not for ever. */
static void busy_manager(void **state)
{
	struct fixture *f = *state;
	struct timespec start, end;
	int sent = 0;

	listen_at(f, f->name);
	open_well(f);
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (notify_send(&f->notify, "WATCHDOG=1"))
		assert_true(++sent < 1000000);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - start.tv_sec <= 5);
}

/* Gone is gone: no signal, no end. */
static void lost_manager(void **state)
{
	struct fixture *f = *state;

	listen_at(f, f->name);
	open_well(f);
	close(f->manager);
	f->manager = -1;
	assert_false(notify_send(&f->notify, "WATCHDOG=1"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody),	 TEST(path),	  TEST(abstract),     TEST(bad_sockets),
		TEST(long_path), TEST(watchdogs), TEST(busy_manager), TEST(lost_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
