/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/http.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "out/clients.h"
#include "out/gzip.h"
#include "out/listen.h"
#include "out/page_style.h"
#include "out/routes.h"

/*
 * Limits: an observer must not be taken down through its own metrics. Those on clients are in
 * out/clients.h. Of a connection's memory a request line gets what a URI may have (414 beyond),
 * headers get the rest (431).
 */
#define CONNECTION_MEMORY (32 * 1024)
/* No page gets longer; one that would is answered with 500. */
#define PAGE_MAX (64 * 1024 * 1024)
/* Bytes of answers that slow clients have not taken yet; beyond it is 503. */
#define UNSENT_MAX PAGE_MAX

struct http {
	struct MHD_Daemon *daemon;
	const struct http_pages *pages;
	struct text page; /* reused by every request */
	struct clients clients;
	size_t unsent;	  /* bytes of answers on their way */
	char own[256];	  /* the name of this host */
	char policy[320]; /* Content-Security-Policy of the page for people */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static const char *const types[] = {
	[ANSWER_PLAIN] = "text/plain; charset=utf-8",
	[ANSWER_HTML] = "text/html; charset=utf-8",
	[ANSWER_METRICS] = "text/plain; version=0.0.4; charset=utf-8",
	[ANSWER_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

static void add_headers(const struct http *http, struct MHD_Response *response,
			const struct answer *answer, bool compressed)
{
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, types[answer->type]);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
	if (answer->type == ANSWER_HTML) {
		MHD_add_response_header(response, "Content-Security-Policy", http->policy);
		MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	}
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (compressed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

/* A body on its way out: counted until it is sent or its client is gone. */
struct body {
	struct http *http;
	size_t n;
	char p[];
};

static void body_free(void *ctx)
{
	struct body *body = ctx;

	body->http->unsent -= body->n;
	free(body);
}

static struct MHD_Response *send_bytes(struct http *http, const void *p, size_t n)
{
	struct body *body = malloc(sizeof(*body) + n);
	struct MHD_Response *response;

	if (!body)
		return NULL;
	body->http = http;
	body->n = n;
	if (p) /* an empty page has none */
		memcpy(body->p, p, n);
	http->unsent += n;
	response =
		MHD_create_response_from_buffer_with_free_callback_cls(n, body->p, body_free, body);
	if (!response)
		body_free(body);
	return response;
}

/* The page as a response; it leaves http->page free for the next request. */
static struct MHD_Response *make_response(struct http *http, const struct answer *answer)
{
	struct bytes page = { (const uint8_t *)http->page.p, http->page.n };
	struct MHD_Response *response;
	void *compressed = NULL;
	size_t n;

	if (answer->compress)
		compressed = gzip_compress(page, &n);
	response = compressed ? send_bytes(http, compressed, n) : send_bytes(http, page.p, page.n);
	if (response)
		add_headers(http, response, answer, compressed);
	free(compressed);
	return response;
}

static struct client *client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static struct answer answer_to(struct http *http, struct MHD_Connection *connection,
			       const struct client *client, const char *url, const char *method)
{
	const struct request request = {
		.method = method,
		.target = url,
		.accept = header(connection, MHD_HTTP_HEADER_ACCEPT),
		.accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
		.host = header(connection, MHD_HTTP_HEADER_HOST),
		.own = client->loopback ? http->own : NULL,
		/* A key without a value reads as NULL: ask for the key. */
		.live = MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, "live", 4,
						      NULL, NULL) == MHD_YES,
	};
	struct answer answer;

	text_reset(&http->page);
	answer = routes_answer(http->pages, &request, &http->page);
	if (!http->page.cut && http->page.n <= UNSENT_MAX - min_u64(http->unsent, UNSENT_MAX))
		return answer;
	answer = (struct answer){ .status = http->page.cut ? MHD_HTTP_INTERNAL_SERVER_ERROR
							   : MHD_HTTP_SERVICE_UNAVAILABLE };
	text_reset(&http->page);
	text_string(&http->page, answer.status == MHD_HTTP_INTERNAL_SERVER_ERROR
					 ? "the page is too large\n"
					 : "other clients have not taken their answers yet\n");
	return answer;
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) ||
	       (length && strcmp(length, "0") != 0);
}

/*
 * MHD calls this with the headers, then with the body, then at the end of the request. Answered
 * at its end a connection can be used again. With a body it is answered at once: MHD then closes
 * the connection instead of reading what may come.
 */
static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **request)
{
	struct http *http = ctx;
	struct client *client = client_of(connection);
	struct MHD_Response *response;
	struct answer answer;
	enum MHD_Result result;

	(void)version;
	(void)upload;
	if (!client)
		return MHD_NO;
	if (!*request && !has_body(connection)) {
		*request = client;
		return MHD_YES;
	}
	*upload_size = 0;
	clients_answer(client, now_ns());
	answer = answer_to(http, connection, client, url, method);
	response = make_response(http, &answer);
	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, answer.status, response);
	MHD_destroy_response(response);
	return result;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **request,
			 enum MHD_RequestTerminationCode code)
{
	struct client *client = client_of(connection);

	(void)ctx;
	(void)request;
	(void)code;
	if (client)
		clients_wait(client, now_ns());
}

/* Ends what MHD waits for, so that it closes the connection. */
static void drop(struct client *client)
{
	/* Who has not taken the answer in all this time gets no more of it from the kernel. */
	if (client->answering)
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
			   sizeof(struct linger));
	shutdown(client->fd, SHUT_RDWR);
	client->dropped = true;
}

static struct client *welcome(struct http *http, struct MHD_Connection *connection)
{
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct sockaddr_storage there = { 0 }, here = { 0 };
	struct client *client;
	socklen_t size = sizeof(there);

	getpeername(fd, (struct sockaddr *)&there, &size);
	client = clients_add(&http->clients, fd, (const struct sockaddr *)&there, now_ns());
	if (!client)
		return NULL;
	size = sizeof(here);
	getsockname(fd, (struct sockaddr *)&here, &size);
	client->loopback = http_listen_is_loopback(&here);
	return client;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **client,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*client = welcome(ctx, connection);
	else if (*client)
		clients_remove(*client);
}

/* TURBO: a new connection is read from at once, and not only when epoll has named it. */
static struct MHD_Daemon *start_daemon(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO, 0, NULL, NULL, handle, http,
				MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
				(unsigned)CLIENTS_ROOM, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_END);
}

static struct http *http_new(const struct http_pages *pages)
{
	struct http *http = calloc(1, sizeof(*http));
	struct text policy;

	if (!http)
		return NULL;
	text_init(&http->page, PAGE_MAX);
	http->pages = pages;
	text_init_over(&policy, http->policy, sizeof(http->policy));
	page_policy(&policy);
	if (gethostname(http->own, sizeof(http->own) - 1))
		http->own[0] = '\0';
	return http;
}

struct http *http_start(const char *listen, const struct http_pages *pages, char *error,
			size_t error_size)
{
	struct sockaddr_storage address;
	struct http *http = NULL;
	int fd = -EINVAL;

	if (http_listen_parse(listen, &address))
		fd = http_listen_open(&address);
	if (fd < 0) {
		snprintf(error, error_size, "cannot listen on %s: %s%s", listen, strerror(-fd),
			 fd == -EADDRINUSE ? " (by another shaketap? -l gives another port, "
					     "-l none does without)"
					   : "");
		return NULL;
	}
	http = http_new(pages);
	if (http)
		http->daemon = start_daemon(http, fd);
	if (http && http->daemon)
		return http;
	snprintf(error, error_size, "cannot listen on %s: the HTTP server does not start", listen);
	close(fd);
	free(http);
	return NULL;
}

int http_fd(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void http_run(struct http *http)
{
	uint64_t now = now_ns();
	struct client *client;

	while ((client = clients_overdue(&http->clients, now)))
		drop(client);
	MHD_run(http->daemon);
	/* Only now: who came with a request in hand has been answered. */
	while ((client = clients_surplus(&http->clients)))
		drop(client);
}

int http_timeout_ms(struct http *http)
{
	uint64_t due = clients_due(&http->clients), now = now_ns(), ms = UINT64_MAX;
	MHD_UNSIGNED_LONG_LONG news;

	if (due)
		ms = due > now ? (due - now) / NS_PER_MS + 1 : 0;
	if (MHD_get_timeout(http->daemon, &news) == MHD_YES)
		ms = min_u64(ms, news);
	if (ms == UINT64_MAX)
		return -1;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->daemon);
	text_free(&http->page);
	free(http);
}
