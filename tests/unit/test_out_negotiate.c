/* SPDX-License-Identifier: BSD-2-Clause */
/* links: out/negotiate.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/negotiate.h"

static void accept_header(void **state)
{
	static const struct {
		const char *header;
		bool openmetrics;
	} rows[] = {
		/* as Prometheus 3 sends it */
		{ "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
		  "application/openmetrics-text;version=0.0.1;q=0.4,"
		  "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
		  "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
		  true },
		/* as Prometheus 2.42 does */
		{ "application/openmetrics-text;version=1.0.0,"
		  "application/openmetrics-text;version=0.0.1;q=0.75,"
		  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		  true },
		/* with PrometheusText0.0.4 first among its scrape_protocols */
		{ "text/plain;version=0.0.4;q=0.5,"
		  "application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.1",
		  false },
		/* as curl, Firefox, and a client of protobuf */
		{ "*/*", false },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false },
		{ "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
		  "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5",
		  true },
		{ NULL, false },
		{ "", false },
		{ ",;,q=1;;", false },
		{ "application/openmetrics-text", true },
		{ " Application/OpenMetrics-Text ; Version = \"1.0.0\" ; Q = 1.000 ", true },
		{ "application/openmetrics-text;version=2.0.0,text/plain;q=0.1", false },
		{ "application/openmetrics-text;version=0.0.1", false },
		{ "application/openmetrics-text;q=0", false },
		{ "application/openmetrics-text;q=nonsense", false },
		{ "application/openmetrics-text;q=2", false },
		{ "application/openmetrics-text;q=0.001", true },
		{ "application/openmetrics-text;q=0.5,text/plain;q=0.50", true },
		{ "text/plain;q=0.5,application/openmetrics-text;q=0.5", false },
		{ "x/y;a=\"b,application/openmetrics-text\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (negotiate_openmetrics(rows[i].header) != rows[i].openmetrics)
			fail_msg("Accept: %s", rows[i].header);
}

static void accept_encoding_header(void **state)
{
	static const struct {
		const char *header;
		bool gzip;
	} rows[] = {
		{ NULL, false },
		{ "", false },
		{ "gzip", true },
		{ "identity", false },
		{ "gzip, deflate, br", true },
		{ "deflate, GZIP;q=0.5", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0, *", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "identity, gzip;q=0.5", false },
		{ "identity;q=0.5, gzip", true },
		{ "xgzip", false },
		{ "br", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (negotiate_gzip(rows[i].header) != rows[i].gzip)
			fail_msg("Accept-Encoding: %s", rows[i].header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept_header),
		cmocka_unit_test(accept_encoding_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
