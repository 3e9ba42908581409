/* SPDX-License-Identifier: BSD-2-Clause */
/* links: tests/bpf/rig.c tests/bpf/packets.c capture/tables.c */
/* The record walk: clear handshake bytes are copied, of sealed records the header alone. */
#include "rig.h"

enum { HEADER = TLS_RECORD_HEADER_LEN, HELLO = TLS_HANDSHAKE_CLIENT_HELLO };

/* Two segments, cut anywhere: the second is copied too, with nothing twice and nothing missing. */
static void hello_in_two_segments(void **state)
{
	static const size_t cuts[] = { 1, 2, 4, 5, 6, 8, 9, 10, 300, 1399, 1400 };
	struct rig *rig = *state;
	uint8_t bytes[1409], got[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		size_t cut = cuts[i];

		print_message("# cut after %zu bytes\n", cut);
		rig->base.client_port = (uint16_t)(2000 + i);
		say(rig, CLIENT, bytes, cut);
		say(rig, CLIENT, bytes + cut, n - cut);
		assert_int_equal(rig_events(rig), 2);
		assert_int_equal(payload_of(rig, CLIENT, got), n);
		assert_memory_equal(got, bytes, n);
		assert_int_equal(rig->seen[0].event.flags & ST_FLAG_OPENED, ST_FLAG_OPENED);
		assert_int_equal(rig->seen[1].event.flags & ST_FLAG_OPENED, 0);
		assert_int_equal(rig->seen[1].event.seq - rig->seen[0].event.seq, cut);
		assert_int_equal(rig->seen[1].event.flow, rig->seen[0].event.flow);
		/* Less than a header of the hello is not enough to know the place of the next. */
		assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), cut < HEADER ? i + 1 : 3);
	}
}

static void hello_across_the_sequence_wrap(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[809], got[809], sealed[100];
	size_t n = tls_hello(bytes, HELLO, 800);

	rig->next[CLIENT] = (uint32_t)-500;
	say(rig, CLIENT, bytes, 400);
	say(rig, CLIENT, bytes + 400, n - 400);
	assert_int_equal(rig_events(rig), 2);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
	say(rig, CLIENT, sealed, tls_sealed(sealed, TLS_RECORD_APPLICATION_DATA, 60));
	assert_int_equal(only_event(rig, ST_EVENT_DATA, HEADER)->event.seq, n - 500);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

/* STARTTLS: talk in the clear first, on a port of its own. */
static void hello_in_the_middle_of_a_connection(void **state)
{
	struct rig *rig = *state;

	rig->base.server_port = 587;
	connect_tcp(rig);
	say(rig, SERVER, (const uint8_t *)"220 ready\r\n", 11);
	say(rig, CLIENT, (const uint8_t *)"STARTTLS\r\n", 10);
	say(rig, SERVER, (const uint8_t *)"220 go\r\n", 8);
	no_events(rig);
	both_hellos(rig);
	assert_int_equal(rig_events(rig), 2);
	assert_int_equal(rig->seen[0].event.sender, CLIENT);
	assert_int_equal(rig->seen[1].event.sender, SERVER);
	assert_int_equal(rig->seen[1].event.flags, ST_FLAG_LOCAL);
	assert_true(rig->seen[0].event.syn_time > 0);
}

static void server_hello_first_is_joined(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[100];

	say(rig, SERVER, bytes, tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 80));
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 89)->event.flags,
			 ST_FLAG_OPENED | ST_FLAG_JOINED | ST_FLAG_LOCAL);
}

/* TLS 1.2: all of the server's clear flight, then the sealed Finished as a header. */
static void clear_flight_is_copied(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[2048], got[2048];
	size_t n = 0, sealed;

	both_hellos(rig);
	rig_events(rig);
	n += tls_message(bytes + n, TLS_HANDSHAKE_CERTIFICATE, 900);
	n += tls_message(bytes + n, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, 300);
	n += tls_message(bytes + n, TLS_HANDSHAKE_SERVER_HELLO_DONE, 0);
	n += tls_change_cipher_spec(bytes + n);
	sealed = n + HEADER;
	n += tls_sealed(bytes + n, TLS_RECORD_HANDSHAKE, 40);
	say(rig, SERVER, bytes, 700); /* a record that goes on in the next segment */
	say(rig, SERVER, bytes + 700, n - 700);
	rig_events(rig);
	nothing_sealed(rig);
	assert_int_equal(payload_of(rig, SERVER, got), sealed);
	assert_memory_equal(got, bytes, sealed);
}

static void of_sealed_records_only_the_header(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[3000], got[64];
	size_t n = 0;

	both_hellos(rig);
	rig_events(rig);
	for (int i = 0; i < 4; i++)
		n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, 600);
	say(rig, SERVER, bytes, n);
	rig_events(rig);
	nothing_sealed(rig);
	assert_int_equal(payload_of(rig, SERVER, got), 4 * HEADER);
	for (int i = 0; i < 4; i++) {
		assert_memory_equal(got + i * HEADER, "\x17\x03\x03\x02\x58", HEADER);
		assert_int_equal(rig->seen[i].event.seq,
				 rig->next[SERVER] - n + i * (HEADER + 600U));
	}
}

/* A record over seven segments, then the next header where it is, in the middle of one. */
static void sealed_record_across_segments(void **state)
{
	struct rig *rig = *state;
	static uint8_t bytes[16384];
	size_t n = tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 10000);
	size_t second = n, done;

	n += tls_sealed(bytes + n, TLS_RECORD_APPLICATION_DATA, 77);
	both_hellos(rig);
	rig_events(rig);
	for (done = 0; done < n; done += 1448)
		say(rig, CLIENT, bytes + done, n - done < 1448 ? n - done : 1448);
	assert_int_equal(rig_events(rig), 2);
	nothing_sealed(rig);
	assert_memory_equal(rig->seen[1].payload, bytes + second, HEADER);
	assert_int_equal(rig->seen[1].event.seq - rig->seen[0].event.seq, second);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_TRUNCATED), 0);
}

/* The place is lost from here on: this direction is copied as it comes. The other is not. */
static void header_cut_by_the_border_goes_raw(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[256], got[256];
	size_t n = tls_change_cipher_spec(bytes);
	const struct seen *seen;

	both_hellos(rig);
	rig_events(rig);
	n += tls_message(bytes + n, TLS_HANDSHAKE_CERTIFICATE, 100);
	say(rig, SERVER, bytes, 6 + 3);
	seen = only_event(rig, ST_EVENT_DATA, 9);
	assert_int_equal(seen->event.flags & ST_FLAG_RAW, ST_FLAG_RAW);
	assert_memory_equal(seen->payload, bytes, 9);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
	say(rig, SERVER, bytes + 9, n - 9);
	seen = only_event(rig, ST_EVENT_DATA, n - 9);
	assert_int_equal(seen->event.flags & ST_FLAG_RAW, ST_FLAG_RAW);
	assert_memory_equal(seen->payload, bytes + 9, n - 9);
	say(rig, CLIENT, bytes, tls_sealed(bytes, TLS_RECORD_APPLICATION_DATA, 50));
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), HEADER);
	assert_int_equal(rig->seen[0].event.flags, ST_FLAG_LOCAL);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
}

static void gap_goes_raw(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);
	const struct seen *seen;

	say(rig, CLIENT, bytes, 400);
	rig_events(rig);
	rig->next[CLIENT] += 300; /* a segment is missing */
	say(rig, CLIENT, bytes + 700, n - 700);
	seen = only_event(rig, ST_EVENT_DATA, n - 700);
	assert_int_equal(seen->event.flags, ST_FLAG_RAW | ST_FLAG_LOCAL);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
	/* What was missing comes late (reordered): copied, so that user space can put it in order.
	 */
	rig->next[CLIENT] = 1000 + 400;
	say(rig, CLIENT, bytes + 400, 300);
	seen = only_event(rig, ST_EVENT_DATA, 300);
	assert_int_equal(seen->event.seq, 1400);
	assert_memory_equal(seen->payload, bytes + 400, 300);
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 1);
}

/* The hello's acknowledgement says where the answer begins: the first of it is missing here. */
static void gap_before_the_answer_goes_raw(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[128];
	size_t n = tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 86);

	client_hello(rig);
	rig_events(rig);
	rig->next[SERVER] += 20;
	say(rig, SERVER, bytes + 20, n - 20);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, n - 20)->event.flags,
			 ST_FLAG_RAW | ST_FLAG_LOCAL);
}

/* Told without its bytes, while nothing of the other side was seen; no longer then. */
static void retransmission_is_told(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[1409];
	size_t n = tls_hello(bytes, HELLO, 1400);

	say(rig, CLIENT, bytes, 900);
	rig_events(rig);
	rig->next[CLIENT] = 1000;
	say(rig, CLIENT, bytes, 900);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 0)->event.seq, 1000);
	rig->next[CLIENT] = 1000 + 100;
	say(rig, CLIENT, bytes + 100, 300);
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 0)->event.seq, 1100);
	/* With new bytes at its end only those count. */
	rig->next[CLIENT] = 1000 + 500;
	say(rig, CLIENT, bytes + 500, n - 500);
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, n - 900)->payload, bytes + 900, n - 900);
	say(rig, SERVER, bytes, 900);
	rig_events(rig);
	rig->next[CLIENT] = 1000;
	say(rig, CLIENT, bytes, n);
	no_events(rig);
	assert_int_equal(count_of(rig, ST_COUNT_DUPLICATES), 0);
	assert_int_equal(count_of(rig, ST_COUNT_REFUSED_TRUNCATED), 0);
}

/* RFC 8446 appendix D.4: the second hello comes in the clear behind a ChangeCipherSpec. */
static void second_hello_behind_change_cipher_spec(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[800], got[800];
	size_t n;

	both_hellos(rig); /* the second is a HelloRetryRequest: the same shape */
	say(rig, SERVER, bytes, tls_change_cipher_spec(bytes));
	rig_events(rig);
	n = tls_change_cipher_spec(bytes);
	n += tls_hello(bytes + n, HELLO, 600);
	say(rig, CLIENT, bytes, n);
	rig_events(rig);
	assert_int_equal(payload_of(rig, CLIENT, got), n);
	assert_memory_equal(got, bytes, n);
	n = tls_hello(bytes, TLS_HANDSHAKE_SERVER_HELLO, 86);
	say(rig, SERVER, bytes, n);
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, n)->payload, bytes, n);
}

static void alerts(void **state)
{
	struct rig *rig = *state;
	uint8_t bytes[64];

	both_hellos(rig);
	rig_events(rig);
	say(rig, SERVER, bytes, tls_alert(bytes, 2, 40));
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, 7)->payload, bytes, 7);
	say(rig, CLIENT, bytes, tls_change_cipher_spec(bytes));
	assert_int_equal(only_event(rig, ST_EVENT_DATA, 6)->payload[5], 1);
	say(rig, CLIENT, bytes, tls_sealed(bytes, TLS_RECORD_ALERT, 26));
	only_event(rig, ST_EVENT_DATA, HEADER);
	nothing_sealed(rig);
}

static void answer_that_is_no_tls(void **state)
{
	static const uint8_t http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct rig *rig = *state;

	client_hello(rig);
	rig_events(rig);
	say(rig, SERVER, http, sizeof(http));
	assert_memory_equal(only_event(rig, ST_EVENT_DATA, HEADER)->payload, "HTTP/", HEADER);
	say(rig, SERVER, http, sizeof(http));
	no_events(rig);
}

/*
 * Without certificates: of one that is alone in its record both headers, wherever a segment ends
 * behind them; all around it as ever.
 */
static void certificates_left_behind(void **state)
{
	enum { PEEK = HEADER + TLS_HANDSHAKE_HEADER_LEN, BODY = 1900 };
	static const size_t cuts[] = { PEEK, PEEK + 1, 700, PEEK + BODY - 1, PEEK + BODY };
	static uint8_t bytes[2200], got[2200];
	struct rig *rig = *state;
	size_t done, n;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .no_certificates = true });
	done = tls_message(bytes, TLS_HANDSHAKE_CERTIFICATE, BODY);
	n = done + tls_message(bytes + done, TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, 100);
	n += tls_message(bytes + n, TLS_HANDSHAKE_SERVER_HELLO_DONE, 0);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		print_message("# cut after %zu bytes\n", cuts[i]);
		rig->base.client_port = (uint16_t)(3000 + i);
		both_hellos(rig);
		rig_events(rig);
		say(rig, SERVER, bytes, cuts[i]);
		say(rig, SERVER, bytes + cuts[i], n - cuts[i]);
		assert_int_equal(rig_events(rig), 2);
		assert_int_equal(payload_of(rig, SERVER, got), PEEK + n - done);
		assert_memory_equal(got, bytes, PEEK);
		assert_memory_equal(got + PEEK, bytes + done, n - done);
		assert_int_equal(rig->seen[1].event.seq - rig->seen[0].event.seq, done);
	}
	assert_int_equal(count_of(rig, ST_COUNT_RAW_MODE), 0);
}

/* Empty ones, those that share a record or are spread, and such whose type is not seen in time. */
static void certificates_copied_all_the_same(void **state)
{
	static uint8_t bytes[1200], got[1200];
	struct rig *rig = *state;
	size_t n;

	rig_close(rig);
	memset(rig, 0, sizeof(*rig));
	rig_open(rig, &(struct rig_config){ .no_certificates = true });
	both_hellos(rig);
	rig_events(rig);
	say(rig, SERVER, bytes, tls_message(bytes, TLS_HANDSHAKE_CERTIFICATE, 3));
	assert_int_equal(only_event(rig, ST_EVENT_DATA, HEADER + 7)->event.len, 12);
	n = tls_message(bytes, TLS_HANDSHAKE_CERTIFICATE, 900);
	bytes[8] -= 10; /* another message follows in the record */
	say(rig, SERVER, bytes, n);
	only_event(rig, ST_EVENT_DATA, n);
	bytes[8] += 20; /* it goes on in the next */
	say(rig, SERVER, bytes, n);
	only_event(rig, ST_EVENT_DATA, n);
	bytes[8] -= 10;
	say(rig, SERVER, bytes, HEADER + 3);
	say(rig, SERVER, bytes + HEADER + 3, n - HEADER - 3);
	assert_int_equal(rig_events(rig), 2);
	assert_int_equal(payload_of(rig, SERVER, got), n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_in_two_segments),
		TEST(hello_across_the_sequence_wrap),
		TEST(hello_in_the_middle_of_a_connection),
		TEST(server_hello_first_is_joined),
		TEST(clear_flight_is_copied),
		TEST(of_sealed_records_only_the_header),
		TEST(sealed_record_across_segments),
		TEST(header_cut_by_the_border_goes_raw),
		TEST(gap_goes_raw),
		TEST(gap_before_the_answer_goes_raw),
		TEST(retransmission_is_told),
		TEST(second_hello_behind_change_cipher_spec),
		TEST(alerts),
		TEST(answer_that_is_no_tls),
		TEST(certificates_left_behind),
		TEST(certificates_copied_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
