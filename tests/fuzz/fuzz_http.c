/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of HTTP is ours: headers that choose a form, the address to serve on, and the answer to
 * whatever a client sends, over a real connection on loopback.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "input.h"
#include "must.h"
#include "out/http.h"
#include "out/listen.h"
#include "out/negotiate.h"

#define ANSWER_MAX 65536
#define ROUNDS_MAX 32

static void give_metrics(void *ctx, bool openmetrics, struct text *out)
{
	(void)ctx;
	text_string(out, openmetrics ? "openmetrics 1\n" : "text 1\n");
}

static bool give_ready(void *ctx, struct text *reason)
{
	(void)ctx;
	text_string(reason, "no interface");
	return false;
}

static void give_index(void *ctx, bool live, struct text *out)
{
	(void)ctx;
	(void)live;
	text_string(out, "<html></html>\n");
}

static const struct http_pages pages = { NULL, give_metrics, give_ready, give_index };
static struct sockaddr_in address = { .sin_family = AF_INET };

/* On a port that was free a moment ago; once for all inputs. */
static struct http *server(void)
{
	static struct http *http;
	socklen_t size = sizeof(address);
	char listen[32], error[128];
	int fd;

	if (http)
		return http;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	MUST(!bind(fd, (struct sockaddr *)&address, size));
	MUST(!getsockname(fd, (struct sockaddr *)&address, &size));
	close(fd);
	snprintf(listen, sizeof(listen), "127.0.0.1:%u", ntohs(address.sin_port));
	http = http_start(listen, &pages, error, sizeof(error));
	MUST(http);
	return http;
}

/* It closes by RST: no port waits for its turn. */
static int client(void)
{
	const struct linger at_once = { 1, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	MUST(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

/* An answer is one of ours or of libmicrohttpd's. */
static void check_answer(const char *p, ssize_t n)
{
	if (n < 12)
		return;
	MUST(memcmp(p, "HTTP/1.", 7) == 0);
	MUST(p[9] >= '1' && p[9] <= '5');
}

static void converse(struct bytes said)
{
	static char answer[ANSWER_MAX];
	struct http *http = server();
	int fd = client();
	size_t sent = 0;
	ssize_t n = -1;

	for (int i = 0; i < ROUNDS_MAX && n < 0; i++) {
		ssize_t now = send(fd, said.p + sent, said.n - sent, MSG_NOSIGNAL);

		sent += now > 0 ? (size_t)now : 0;
		http_run(http);
		n = recv(fd, answer, sizeof(answer), 0);
	}
	check_answer(answer, n);
	close(fd);
	http_run(http);
	http_run(http);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sockaddr_storage parsed;
	char *text = malloc(size + 1);

	MUST(text);
	memcpy(text, data, size);
	text[size] = '\0';
	negotiate_openmetrics(text);
	negotiate_gzip(text);
	if (http_listen_parse(text, &parsed))
		MUST(parsed.ss_family == AF_INET || parsed.ss_family == AF_INET6);
	converse((struct bytes){ data, size });
	free(text);
	return 0;
}
