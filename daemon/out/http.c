/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/http.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "out/gzip.h"
#include "out/listen.h"
#include "out/negotiate.h"

/* Limits on clients: an observer must not be taken down through its own metrics. */
#define CONNECTIONS_MAX 64
#define CONNECTIONS_PER_ADDRESS 16
#define IDLE_SECONDS 10
#define CONNECTION_MEMORY (32 * 1024)
#define BACKLOG 64
/* No page gets longer; one that would is answered with 500. */
#define PAGE_MAX (64 * 1024 * 1024)

#define TYPE_PLAIN "text/plain; charset=utf-8"
#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_METRICS "text/plain; version=0.0.4; charset=utf-8"
#define TYPE_OPENMETRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"

struct http {
	struct MHD_Daemon *daemon;
	const struct http_pages *pages;
	struct text page; /* reused by every request */
};

/* What a page function decides; the body is in http->page. */
struct answer {
	unsigned status;
	const char *type;
	bool compress;
};

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static struct answer answer_metrics(struct http *http, struct MHD_Connection *connection)
{
	bool openmetrics = negotiate_openmetrics(header(connection, MHD_HTTP_HEADER_ACCEPT));

	http->pages->metrics(http->pages->ctx, openmetrics, &http->page);
	return (struct answer){
		.status = MHD_HTTP_OK,
		.type = openmetrics ? TYPE_OPENMETRICS : TYPE_METRICS,
		.compress = negotiate_gzip(header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING)),
	};
}

static struct answer answer_healthz(struct http *http, struct MHD_Connection *connection)
{
	(void)connection;
	text_string(&http->page, "ok\n");
	return (struct answer){ .status = MHD_HTTP_OK, .type = TYPE_PLAIN };
}

static struct answer answer_readyz(struct http *http, struct MHD_Connection *connection)
{
	bool ready = http->pages->ready(http->pages->ctx, &http->page);

	(void)connection;
	if (ready)
		text_reset(&http->page);
	text_string(&http->page, ready ? "ok\n" : "\n");
	return (struct answer){ .status = ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE,
				.type = TYPE_PLAIN };
}

static struct answer answer_index(struct http *http, struct MHD_Connection *connection)
{
	(void)connection;
	http->pages->index(http->pages->ctx, &http->page);
	return (struct answer){ .status = MHD_HTTP_OK, .type = TYPE_HTML };
}

static const struct {
	const char *path;
	struct answer (*answer)(struct http *http, struct MHD_Connection *connection);
} routes[] = {
	{ "/metrics", answer_metrics },
	{ "/healthz", answer_healthz },
	{ "/readyz", answer_readyz },
	{ "/", answer_index },
};

static struct answer route(struct http *http, struct MHD_Connection *connection, const char *path,
			   const char *method)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(path, routes[i].path))
			continue;
		if (!strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD))
			return routes[i].answer(http, connection);
		text_string(&http->page, "only GET and HEAD are served here\n");
		return (struct answer){ .status = MHD_HTTP_METHOD_NOT_ALLOWED, .type = TYPE_PLAIN };
	}
	text_string(&http->page, "no such page\n");
	return (struct answer){ .status = MHD_HTTP_NOT_FOUND, .type = TYPE_PLAIN };
}

static void add_headers(struct MHD_Response *response, const struct answer *answer, bool compressed)
{
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (!strcmp(answer->type, TYPE_HTML))
		MHD_add_response_header(response, "Content-Security-Policy",
					"default-src 'none'; style-src 'unsafe-inline'");
	if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	if (compressed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}

/* The page as a response; it leaves http->page free for the next request. */
static struct MHD_Response *make_response(struct http *http, const struct answer *answer)
{
	struct bytes page = { (const uint8_t *)http->page.p, http->page.n };
	struct MHD_Response *response = NULL;
	void *compressed = NULL;
	size_t n;

	if (answer->compress)
		compressed = gzip_compress(page, &n);
	if (compressed) {
		response = MHD_create_response_from_buffer(n, compressed, MHD_RESPMEM_MUST_FREE);
		if (!response)
			free(compressed);
	} else {
		response = MHD_create_response_from_buffer(page.n, (void *)page.p,
							   MHD_RESPMEM_MUST_COPY);
	}
	if (response)
		add_headers(response, answer, compressed);
	return response;
}

/* MHD calls this first with the headers, then with the body, if any, until it was answered. */
static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **request)
{
	struct http *http = ctx;
	struct MHD_Response *response;
	struct answer answer;
	enum MHD_Result result;

	(void)version;
	(void)upload;
	(void)request;
	*upload_size = 0;
	text_reset(&http->page);
	answer = route(http, connection, url, method);
	if (http->page.cut) {
		text_reset(&http->page);
		text_string(&http->page, "the page is too large\n");
		answer = (struct answer){ .status = MHD_HTTP_INTERNAL_SERVER_ERROR,
					  .type = TYPE_PLAIN };
	}
	response = make_response(http, &answer);
	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, answer.status, response);
	MHD_destroy_response(response);
	return result;
}

static socklen_t address_length(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

/* A socket that listens, or -errno. */
static int open_socket(const struct sockaddr_storage *address)
{
	int on = 1, off = 0, err;
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* [::] serves IPv4 as well, whatever the host's default is. */
	if (address->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (!bind(fd, (const struct sockaddr *)address, address_length(address)) &&
	    !listen(fd, BACKLOG))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static struct MHD_Daemon *start_daemon(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, http,
				MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
				(unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
				(unsigned)CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)CONNECTION_MEMORY, MHD_OPTION_END);
}

struct http *http_start(const char *listen, const struct http_pages *pages, char *error,
			size_t error_size)
{
	struct sockaddr_storage address;
	struct http *http = NULL;
	int fd = -EINVAL;

	if (http_listen_parse(listen, &address))
		fd = open_socket(&address);
	if (fd < 0) {
		snprintf(error, error_size, "cannot listen on %s: %s", listen, strerror(-fd));
		return NULL;
	}
	http = calloc(1, sizeof(*http));
	if (http) {
		text_init(&http->page, PAGE_MAX);
		http->pages = pages;
		http->daemon = start_daemon(http, fd);
	}
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
	MHD_run(http->daemon);
}

int http_timeout_ms(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES)
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
