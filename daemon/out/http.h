/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HTTP server: /metrics, /healthz, /readyz and / for people. It has no
 * thread: the caller's loop watches one descriptor and calls http_run().
 */
#ifndef SHAKETAP_HTTP_H
#define SHAKETAP_HTTP_H

#include <stddef.h>

#include "out/routes.h"

struct http;

/*
 * Listen on "ADDR:PORT" (see out/listen.h). `pages` is called from
 * within http_run() and borrowed until http_stop(). NULL on failure, with one line in `error`.
 */
struct http *http_start(const char *listen, const struct http_pages *pages, char *error,
			size_t error_size);
/* Readable when http_run() has something to do; of the epoll kind, owned by http. */
int http_fd(const struct http *http);
/* Serve what is ready; never blocks. Also to be called when http_timeout_ms() has passed. */
void http_run(struct http *http);
/* Milliseconds until http_run() must be called even without news; -1: no need. */
int http_timeout_ms(struct http *http);
/* Close everything. Takes NULL. */
void http_stop(struct http *http);

#endif
