/* SPDX-License-Identifier: BSD-2-Clause */
/* links: file/flows.c file/flow_table.c file/held.c file/proxied.c */
/* A ClientHello behind a PROXY header in one segment. */
#include "flow_bench.h"

/* The PROXY protocol, both versions: what lies in front of the hello is no part of it. */
static void behind_a_proxy_header(void **state)
{
	static const struct {
		const uint8_t *bytes;
		size_t n;
	} headers[] = {
		{ SAID("PROXY UNKNOWN\r\n") },
		{ SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n") },
		{ SAID("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\1\xdc\4\1\xbb") },
		{ SAID("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0") },
	};
	struct flow_bench *bench = *state;
	uint8_t bytes[64 + HELLO_LEN];

	for (size_t i = 0; i < 2 * sizeof(headers) / sizeof(headers[0]); i++) {
		size_t n = headers[i / 2].n;

		bench->port[CLIENT]++;
		memcpy(bytes, headers[i / 2].bytes, n);
		memcpy(bytes + n, HELLO, HELLO_LEN);
		if (i % 2)
			connect_tcp(bench);
		say(bench, CLIENT, bytes, n + HELLO_LEN);
		told_hello(bench);
		server_hello(bench);
		told_data(bench, SERVER, 0, bench->next[SERVER] - ANSWER_LEN, ANSWER_LEN);
	}
}

/* Nothing behind it, or something else; and a header that is none. */
static void proxy_headers_without_hello(void **state)
{
	struct flow_bench *bench = *state;

	connect_tcp(bench);
	say(bench, CLIENT, SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"));
	say(bench, CLIENT, SAID("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nGET / HTTP/1.1"));
	say(bench, CLIENT, SAID("PROXY TCP4 192.0.2.1\r\x16\3\1\2\0\1\0\1\xfc\3\3"));
	say(bench, CLIENT, SAID("\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"));
	say(bench, CLIENT, SAID("\r\n\r\n\0\r\nQUIT\n\x11\x11\0\0\x16\3\1\2\0\1\0\1\xfc\3\3"));
	told_nothing(bench);
	client_hello(bench);
	told_hello(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW_TEST(behind_a_proxy_header),
		FLOW_TEST(proxy_headers_without_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
