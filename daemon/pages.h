/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages HTTP serves, made from what the daemon knows. */
#ifndef SHAKETAP_PAGES_H
#define SHAKETAP_PAGES_H

#include "out/history.h"
#include "out/http.h"
#include "out/metrics.h"
#include "out/metrics_page.h"
#include "self.h"

struct pages {
	void (*refresh)(void *ctx); /* bring the metrics up to date before a scrape */
	void *ctx;
	struct self self; /* to be filled in before the first request is served */
	const struct metrics *metrics;
	struct history *history; /* NULL: nobody is served */
	uint64_t started;	 /* ns, CLOCK_MONOTONIC */
	struct metrics_page page;
	struct http_pages http;
};

/*
 * Start the server; pages is borrowed until http_stop(), and to be freed whatever the result.
 * NULL: error has one line.
 */
struct http *pages_serve(struct pages *pages, const char *listen, char *error, size_t room);
void pages_free(struct pages *pages);

/* Remember a concluded handshake, if there is a page to show it on. now: CLOCK_MONOTONIC, ns. */
void pages_count(struct pages *pages, const struct handshake *hs, uint64_t now);

#endif
