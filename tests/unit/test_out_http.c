/* SPDX-License-Identifier: BSD-2-Clause */
/* gzip(1) judges what we compress. */
/* links: out/http.c out/routes.c out/host.c out/clients.c out/gzip.c out/listen.c */
/* links: out/negotiate.c out/page_style.c base/text.c base/text_escape.c base/addr.c */
/* links: base/digest.c */
/* libs: -lmicrohttpd -lz -lcrypto */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "out/http.h"

#define LONG_LINES 20000

struct fixture {
	struct http *http;
	struct http_pages pages;
	struct sockaddr_in address;
	char listen[32];
	bool ready;
};

static void give_metrics(void *ctx, bool openmetrics, struct text *out)
{
	(void)ctx;
	for (int i = 0; i < LONG_LINES; i++)
		text_string(out, openmetrics ? "openmetrics\n" : "plain text\n");
}

static bool give_ready(void *ctx, struct text *reason)
{
	struct fixture *f = ctx;

	text_string(reason, "no interface is attached");
	return f->ready;
}

static void give_index(void *ctx, bool live, struct text *out)
{
	(void)ctx;
	text_string(out, live ? "a living page" : "a page");
}

/* A port that was free a moment ago. */
static void find_port(struct fixture *f)
{
	socklen_t size = sizeof(f->address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	f->address = (struct sockaddr_in){ .sin_family = AF_INET };
	f->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&f->address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&f->address, &size), 0);
	close(fd);
	snprintf(f->listen, sizeof(f->listen), "127.0.0.1:%u", ntohs(f->address.sin_port));
}

static int set_up(void **state)
{
	static struct fixture f;
	char error[128] = "";

	find_port(&f);
	f.ready = true;
	f.pages = (struct http_pages){ &f, give_metrics, give_ready, give_index };
	f.http = http_start(f.listen, &f.pages, error, sizeof(error));
	assert_string_equal(error, "");
	assert_non_null(f.http);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	http_stop(f->http);
	return 0;
}

static int connect_to(struct fixture *f)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&f->address, sizeof(f->address)), 0);
	return fd;
}

/* Run the server as a loop would, until `client` is readable; false after two quiet seconds. */
static bool serve_until_readable(struct fixture *f, int client)
{
	struct pollfd fds[] = { { .fd = http_fd(f->http), .events = POLLIN },
				{ .fd = client, .events = POLLIN } };

	for (int i = 0; i < 2000; i++) {
		int timeout = http_timeout_ms(f->http);

		if (poll(fds, 2, timeout >= 0 && timeout < 1000 ? timeout : 1000) < 0)
			return false;
		http_run(f->http);
		if (fds[1].revents)
			return true;
	}
	return false;
}

/* Everything the server says to this request until it closes. NUL at the end. */
static size_t talk(struct fixture *f, const char *request, char *answer, size_t room)
{
	int fd = connect_to(f);
	size_t n = 0;
	ssize_t got;

	assert_int_equal(write(fd, request, strlen(request)), strlen(request));
	do {
		assert_true(serve_until_readable(f, fd));
		got = read(fd, answer + n, room - 1 - n);
		/* It closed without having read all we sent: its answer is there all the same. */
		if (got < 0 && errno == ECONNRESET && n)
			break;
		assert_true(got >= 0);
		n += (size_t)got;
	} while (got);
	answer[n] = '\0';
	close(fd);
	return n;
}

#define REQUEST(line, headers) \
	line " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" headers "\r\n"

static char answer[1 << 20];

static const char *body(void)
{
	return strstr(answer, "\r\n\r\n") + 4;
}

static void check(struct fixture *f, const char *request, const char *status, const char *contains)
{
	size_t n = strlen(status);

	talk(f, request, answer, sizeof(answer));
	if (strncmp(answer + strlen("HTTP/1.1 "), status, n) || !strstr(answer, contains))
		fail_msg("%s gave %.300s", request, answer);
}

static void serves_each_path(void **state)
{
	struct fixture *f = *state;

	check(f, REQUEST("GET /healthz", ""), "200", "\r\n\r\nok\n");
	check(f, REQUEST("GET /readyz", ""), "200", "\r\n\r\nok\n");
	f->ready = false;
	check(f, REQUEST("GET /readyz", ""), "503", "\r\n\r\nno interface is attached\n");
	check(f, REQUEST("GET /", ""), "200", "\r\n\r\na page");
	assert_non_null(strstr(answer, "Content-Type: text/html; charset=utf-8\r\n"));
	assert_non_null(strstr(answer, "Content-Security-Policy: default-src 'none'; "));
	assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
	assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff\r\n"));
	check(f, REQUEST("GET /?live", ""), "200", "\r\n\r\na living page");
	check(f, REQUEST("GET /?live=1", ""), "200", "\r\n\r\na living page");
	check(f, REQUEST("GET /?alive&x=live", ""), "200", "\r\n\r\na page");
	check(f, REQUEST("GET /nothing", ""), "404", "no such page");
	check(f, REQUEST("GET /metrics/", ""), "404", "no such page");
	check(f, REQUEST("GET /metrics?x=y", ""), "200", "plain text\n");
}

static void refuses_other_methods(void **state)
{
	struct fixture *f = *state;

	check(f, REQUEST("POST /metrics", "Content-Length: 3\r\n") "abc", "405",
	      "Allow: GET, HEAD");
	check(f, REQUEST("DELETE /", ""), "405", "Allow: GET, HEAD");
	check(f, REQUEST("PUT /nothing", "Content-Length: 0\r\n"), "404", "");
	check(f, REQUEST("HEAD /metrics", ""), "200", "Content-Length: 220000");
	assert_string_equal(body(), "");
}

static void negotiates_the_format(void **state)
{
	struct fixture *f = *state;

	check(f, REQUEST("GET /metrics", ""), "200",
	      "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
	assert_int_equal(strlen(body()), LONG_LINES * strlen("plain text\n"));
	check(f, REQUEST("GET /metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n"),
	      "200",
	      "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
	assert_int_equal(strlen(body()), LONG_LINES * strlen("openmetrics\n"));
}

/* gzip(1) has to make of it what the page was. */
static void compresses_when_asked(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/test_out_http.XXXXXX", command[128], line[64];
	int fd = mkstemp(path);
	size_t n;
	FILE *pipe;

	n = talk(f, REQUEST("GET /metrics", "Accept-Encoding: gzip\r\n"), answer, sizeof(answer));
	assert_non_null(strstr(answer, "Content-Encoding: gzip\r\n"));
	n -= (size_t)(body() - answer);
	assert_in_range(n, 1, 20000);
	assert_int_equal(write(fd, body(), n), n);
	close(fd);
	snprintf(command, sizeof(command), "gzip -dc < %s | sort | uniq -c", path);
	pipe = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), pipe));
	assert_non_null(strstr(line, "20000 plain text"));
	assert_null(fgets(line, sizeof(line), pipe));
	pclose(pipe);
	unlink(path);
}

/* Of 65 connections of one address the oldest is closed; the newest is served. */
static void makes_room_for_the_newest(void **state)
{
	struct fixture *f = *state;
	static const char request[] = REQUEST("GET /healthz", "");
	char byte;
	int fds[65];

	for (int i = 0; i < 65; i++) {
		fds[i] = connect_to(f);
		http_run(f->http);
	}
	assert_true(serve_until_readable(f, fds[0]));
	assert_true(read(fds[0], &byte, 1) <= 0);
	assert_int_equal(recv(fds[1], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(write(fds[64], request, strlen(request)), strlen(request));
	assert_true(serve_until_readable(f, fds[64]));
	assert_int_equal(read(fds[64], &byte, 1), 1);
	for (int i = 0; i < 65; i++)
		close(fds[i]);
	for (int i = 0; i < 80; i++)
		http_run(f->http);
	check(f, REQUEST("GET /healthz", ""), "200", "ok");
}

/* The status codes are those of RFC 6585 and RFC 9110. */
static void refuses_what_is_too_long(void **state)
{
	static char request[64 * 1024];
	struct fixture *f = *state;
	size_t n;

	memset(request, 'a', sizeof(request) - 1);
	memcpy(request, "GET /", 5);
	check(f, request, "414", "");
	n = (size_t)sprintf(request, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
	memset(request + n, 'a', sizeof(request) - 1 - n);
	check(f, request, "431", "");
}

static void speaks_http_as_the_rfc_says(void **state)
{
	struct fixture *f = *state;

	check(f, "GET /healthz HTTP/1.0\r\n\r\n", "200", "ok");
	check(f, "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", "400", "");
	check(f,
	      "GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n"
	      "Connection: close\r\n\r\n",
	      "200", "ok");
	check(f, REQUEST("GET /%68ealthz", ""), "200", "ok");
	check(f, REQUEST("GET //healthz", ""), "404", "");
	check(f, REQUEST("GET /../healthz", ""), "404", "");
	check(f, REQUEST("OPTIONS *", ""), "404", "");
	/* Two in one segment: two answers. */
	check(f, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" REQUEST("GET /readyz", ""),
	      "200", "\r\n\r\nok\nHTTP/1.1 200 OK\r\n");
}

/* A body is not waited for; nothing behind it is taken for another request. */
static void reads_no_body(void **state)
{
	struct fixture *f = *state;

	check(f,
	      "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
	      "GET /metrics HTTP/1.1\r\n\r\n",
	      "405", "Connection: close\r\n");
	assert_null(strstr(answer, "plain text"));
	check(f, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
	      "200", "Connection: close\r\n");
}

static void refuses_names_of_web_sites(void **state)
{
	struct fixture *f = *state;

	check(f, "GET / HTTP/1.1\r\nHost: rebound.example.com:9743\r\nConnection: close\r\n\r\n",
	      "421", "ask for localhost");
	assert_null(strstr(answer, "a page"));
}

static void says_why_it_cannot_listen(void **state)
{
	struct fixture *f = *state;
	char error[256], want[256];

	assert_null(http_start(f->listen, &f->pages, error, sizeof(error)));
	snprintf(
		want, sizeof(want),
		"cannot listen on %s: Address already in use (by another shaketap? -l gives another "
		"port, -l none does without)",
		f->listen);
	assert_string_equal(error, want);
	/* 192.0.2.0/24 is for documentation: no host has it */
	assert_null(http_start("192.0.2.1:9743", &f->pages, error, sizeof(error)));
	assert_string_equal(error, "cannot listen on 192.0.2.1:9743: "
				   "Cannot assign requested address");
	assert_null(http_start("nonsense", &f->pages, error, sizeof(error)));
	assert_string_equal(error, "cannot listen on nonsense: Invalid argument");
}

static void serves_both_families_on_the_ipv6_wildcard(void **state)
{
	struct fixture *f = *state;
	char error[128] = "", listen[48];

	http_stop(f->http);
	snprintf(listen, sizeof(listen), "[::]:%u", ntohs(f->address.sin_port));
	f->http = http_start(listen, &f->pages, error, sizeof(error));
	assert_string_equal(error, "");
	check(f, REQUEST("GET /healthz", ""), "200", "ok");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serves_each_path),
		TEST(refuses_other_methods),
		TEST(negotiates_the_format),
		TEST(compresses_when_asked),
		TEST(makes_room_for_the_newest),
		TEST(refuses_what_is_too_long),
		TEST(speaks_http_as_the_rfc_says),
		TEST(reads_no_body),
		TEST(refuses_names_of_web_sites),
		TEST(says_why_it_cannot_listen),
		TEST(serves_both_families_on_the_ipv6_wildcard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
