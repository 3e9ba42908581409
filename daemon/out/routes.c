/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/routes.h"

#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "out/host.h"
#include "out/negotiate.h"

static struct answer answer_metrics(const struct http_pages *pages, const struct request *request,
				    struct text *page)
{
	bool openmetrics = negotiate_openmetrics(request->accept);

	pages->metrics(pages->ctx, openmetrics, page);
	return (struct answer){
		.status = 200,
		.type = openmetrics ? ANSWER_OPENMETRICS : ANSWER_METRICS,
		.compress = negotiate_gzip(request->accept_encoding),
	};
}

static struct answer answer_healthz(const struct http_pages *pages, const struct request *request,
				    struct text *page)
{
	(void)pages;
	(void)request;
	text_string(page, "ok\n");
	return (struct answer){ .status = 200 };
}

static struct answer answer_readyz(const struct http_pages *pages, const struct request *request,
				   struct text *page)
{
	size_t from = page->n;
	bool ready = pages->ready(pages->ctx, page);

	(void)request;
	if (ready)
		text_truncate(page, from);
	text_string(page, ready ? "ok\n" : "\n");
	return (struct answer){ .status = ready ? 200 : 503 };
}

static struct answer answer_index(const struct http_pages *pages, const struct request *request,
				  struct text *page)
{
	pages->index(pages->ctx, request->live, page);
	return (struct answer){ .status = 200, .type = ANSWER_HTML };
}

static const struct {
	const char *path;
	struct answer (*answer)(const struct http_pages *pages, const struct request *request,
				struct text *page);
} routes[] = {
	{ "/metrics", answer_metrics },
	{ "/healthz", answer_healthz },
	{ "/readyz", answer_readyz },
	{ "/", answer_index },
};

/* RFC 9112 section 3.2.2: a server also takes "http://HOST/PATH". */
static const char *path_of(const char *target)
{
	static const char scheme[] = "http://";

	if (strncasecmp(target, scheme, strlen(scheme)))
		return target;
	target = strchr(target + strlen(scheme), '/');
	return target ? target : "/";
}

struct answer routes_answer(const struct http_pages *pages, const struct request *request,
			    struct text *page)
{
	const char *path = path_of(request->target);

	if (request->own && !host_is_local(request->host, request->own)) {
		text_string(page, "not served under this name: ask for localhost, or for an "
				  "address\n");
		return (struct answer){ .status = 421 };
	}
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (strcmp(path, routes[i].path))
			continue;
		if (!strcmp(request->method, "GET") || !strcmp(request->method, "HEAD"))
			return routes[i].answer(pages, request, page);
		text_string(page, "only GET and HEAD are served here\n");
		return (struct answer){ .status = 405 };
	}
	text_string(page, "no such page\n");
	return (struct answer){ .status = 404 };
}
