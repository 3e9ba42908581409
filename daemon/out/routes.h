/* SPDX-License-Identifier: BSD-2-Clause */
/* Which page answers which request. Pure: the pages come from functions of the caller. */
#ifndef SHAKETAP_ROUTES_H
#define SHAKETAP_ROUTES_H

#include <stdbool.h>

#include "base/text.h"

/* Where the pages come from. */
struct http_pages {
	void *ctx;
	void (*metrics)(void *ctx, bool openmetrics, struct text *out);
	/* False: say why not in `reason`, one line without line feed. */
	bool (*ready)(void *ctx, struct text *reason);
	/* live: one that loads itself again. */
	void (*index)(void *ctx, bool live, struct text *out);
};

struct request {
	const char *method;
	const char *target;			     /* without what follows the question mark */
	const char *accept, *accept_encoding, *host; /* headers; NULL: not there */
	const char *own; /* of the host, where only its own names are served; NULL: all are */
	bool live;	 /* asked for behind the question mark */
};

enum answer_type { ANSWER_PLAIN, ANSWER_HTML, ANSWER_METRICS, ANSWER_OPENMETRICS };

struct answer {
	unsigned status;
	enum answer_type type;
	bool compress;
};

/* Add the body to `page`; what goes with it is returned. */
struct answer routes_answer(const struct http_pages *pages, const struct request *request,
			    struct text *page);

#endif
