/* SPDX-License-Identifier: BSD-2-Clause */
/* links: out/line.c out/facts.c base/addr.c track/names.c */
/* links: base/text.c base/text_escape.c tls/names.c tls/names_alert.c */
/* links: tls/names_cipher.c tls/names_group.c tls/names_handshake.c tls/names_signature.c */
/* links: tls/names_extension.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "out/line.h"
#include "test_out_sample.h"

static void check(const struct handshake *hs, bool colour, const char *want)
{
	const struct line_context ctx = { .wall_offset = SAMPLE_WALL_OFFSET, .colour = colour };
	char buffer[1024];
	struct text t;

	text_init_over(&t, buffer, sizeof(buffer));
	line_record(&t, hs, &ctx);
	assert_false(t.cut);
	assert_string_equal(buffer, want);
}

/* The two lines of the contract, letter by letter (the second is of another time of day). */
static void lines_of_the_contract(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	check(&s.hs, false,
	      "07:21:13.123 ok    10.0.0.5:51234 > 10.0.0.9:443   api.example.com  "
	      "TLS 1.3 X25519MLKEM768 AES_128_GCM  1-RTT 3.2 ms\n");
	sample_failure(&s);
	check(&s.hs, false,
	      "07:21:13.123 FAIL  10.0.0.5:51240 > 10.0.0.9:443   old.example.com  "
	      "at server_hello_done: client alert certificate_expired "
	      "(certificate expired 3 days ago)  12.3 ms\n");
}

static void unusual_handshakes(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	sample_ends(&s, "2001:db8::5", 50000, "::1");
	s.hs.hello_retry = true;
	s.hs.resumption = HS_PSK;
	s.hs.round_trips = 2;
	s.hs.client_hello = NULL;
	s.hs.client_finished_time = SAMPLE_START + 1200 * MS;
	check(&s.hs, false,
	      "07:21:13.123 ok    [2001:db8::5]:50000 > [::1]:443  -                "
	      "TLS 1.3 X25519MLKEM768 AES_128_GCM  2-RTT (resumed, hello retry) 1.2 s\n");
	sample_success(&s);
	s.hs.round_trips = 0;
	s.hs.server_hello.version = 0x0303;
	s.hs.server_hello.cipher_suite = 0x009c;
	s.hs.has_group = false;
	s.hs.client_finished_time = s.hs.server_finished_time = SAMPLE_START + 450000;
	check(&s.hs, false,
	      "07:21:13.123 ok    10.0.0.5:51234 > 10.0.0.9:443   api.example.com  "
	      "TLS 1.2 RSA AES_128_GCM  0-RTT 450 us\n");
	sample_success(&s);
	s.hs.outcome = HS_UNKNOWN;
	s.hs.unknown = HS_GAP;
	s.hs.stage = HS_SERVER_HELLO;
	check(&s.hs, false,
	      "07:21:13.123 ??    10.0.0.5:51234 > 10.0.0.9:443   api.example.com  "
	      "TLS 1.3 X25519MLKEM768 AES_128_GCM  at server_hello: gap\n");
}

static void nothing_hostile_reaches_the_terminal(void **state)
{
	struct sample s;

	(void)state;
	sample_failure(&s);
	s.hello.server_name = BYTES("a\x1b[31m\n\\\xff");
	strcpy(s.hs.failure.text, "evil\n\x1b[0m");
	check(&s.hs, true,
	      "07:21:13.123 \033[31mFAIL\033[0m  10.0.0.5:51240 > 10.0.0.9:443   "
	      "a\\x1b[31m\\x0a\\x5c\\xff  at server_hello_done: evil??[0m  12.3 ms\n");
}

/* The end of a line, against printf(): around each middle between two tenths, and far from it. */
static void durations_to_the_nearest_tenth(void **state)
{
	const struct line_context ctx = { .wall_offset = SAMPLE_WALL_OFFSET };
	struct sample s;
	struct text t;

	(void)state;
	sample_success(&s);
	text_init(&t, 10000);
	for (uint64_t middle = 1050000; middle < 1000000000; middle += 100000) {
		for (uint64_t ns = middle - 1; ns <= middle + 1; ns++) {
			char want[32];

			s.hs.client_finished_time = s.hs.client_hello_time + ns;
			s.hs.server_finished_time = 0;
			snprintf(want, sizeof(want), " %.1f ms\n", (double)ns / 1e6);
			text_reset(&t);
			line_record(&t, &s.hs, &ctx);
			assert_string_equal(t.p + t.n - strlen(want), want);
		}
	}
	text_free(&t);
}

static void a_name_is_one_word(void **state)
{
	struct sample s;

	(void)state;
	sample_success(&s);
	s.hello.server_name = BYTES(" two  words\\ ");
	check(&s.hs, false,
	      "07:21:13.123 ok    10.0.0.5:51234 > 10.0.0.9:443   \\x20two\\x20\\x20words\\x5c\\x20  "
	      "TLS 1.3 X25519MLKEM768 AES_128_GCM  1-RTT 3.2 ms\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_the_contract),
		cmocka_unit_test(unusual_handshakes),
		cmocka_unit_test(durations_to_the_nearest_tenth),
		cmocka_unit_test(a_name_is_one_word),
		cmocka_unit_test(nothing_hostile_reaches_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
