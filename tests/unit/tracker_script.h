/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handshakes as lines of text for the tests of the tracker, one word per step:
 *
 *   c:ch  s:sh13  s:cert   a clear message by its name in `names` below, from client or server
 *   c:ccs                  ChangeCipherSpec
 *   s:data=53  c:hs=40  c:alert=26   an application data, sealed handshake, sealed alert record
 *   s:data=53+             the same, but its end does not come
 *   c:!48  s:?112          a clear alert, fatal or warning
 *   s:http  s:FIN  c:RST   bytes that are no TLS; the end of a direction
 *   wait                   ten seconds of silence
 *
 * Each step is a millisecond later than the one before it; the first is at 1 ms.
 */
#ifndef TEST_TRACKER_SCRIPT_H
#define TEST_TRACKER_SCRIPT_H

#include <stdio.h>
#include <stdlib.h>

#include "hello_bodies.h"
#include "track/tracker.h"

#define STEP_NS UINT64_C(1000000)
#define WAIT_NS UINT64_C(10000000000)

struct script_message {
	const char *name;
	uint8_t type;
	struct hello_shape shape;
	const char *body; /* of what is no hello */
	size_t n;
};

static const struct script_message names[] = {
	{ "ch", TLS_HANDSHAKE_CLIENT_HELLO, { 0 }, NULL, 0 },
	{ "ch_id", TLS_HANDSHAKE_CLIENT_HELLO, { .session_id = 32 }, NULL, 0 },
	{ "ch_ticket", TLS_HANDSHAKE_CLIENT_HELLO, { .session_id = 32, .ticket = 160 }, NULL, 0 },
	{ "ch_early", TLS_HANDSHAKE_CLIENT_HELLO, { .early_data = 1 }, NULL, 0 },
	{ "ch_settings", TLS_HANDSHAKE_CLIENT_HELLO, { .settings = 1 }, NULL, 0 },
	{ "ch_bad", TLS_HANDSHAKE_CLIENT_HELLO, { 0 }, "\3\3", 2 },
	{ "sh12", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0xc02f }, NULL, 0 },
	{ "sh12_id", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0xc02f, .session_id = 32 }, NULL, 0 },
	{ "sh12_rsa", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0x009c }, NULL, 0 },
	{ "sh13", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0x1301, .tls13 = 1 }, NULL, 0 },
	{ "sh13_sha384", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0x1302, .tls13 = 1 }, NULL, 0 },
	{ "sh13_ccm8", TLS_HANDSHAKE_SERVER_HELLO, { .suite = 0x1305, .tls13 = 1 }, NULL, 0 },
	{ "sh13_psk",
	  TLS_HANDSHAKE_SERVER_HELLO,
	  { .suite = 0x1301, .tls13 = 1, .psk = 1 },
	  NULL,
	  0 },
	{ "hrr",
	  TLS_HANDSHAKE_SERVER_HELLO,
	  { .suite = 0x1301, .tls13 = 1, .hello_retry = 1 },
	  NULL,
	  0 },
	{ "sh_bad", TLS_HANDSHAKE_SERVER_HELLO, { 0 }, "\3\3", 2 },
	{ "nst", TLS_HANDSHAKE_NEW_SESSION_TICKET, { 0 }, "\0\0\0\0\0\1t", 7 },
	{ "cert", TLS_HANDSHAKE_CERTIFICATE, { 0 }, "\0\0\4\0\0\1x", 7 },
	{ "cert0", TLS_HANDSHAKE_CERTIFICATE, { 0 }, "\0\0\0", 3 },
	{ "ske", TLS_HANDSHAKE_SERVER_KEY_EXCHANGE, { 0 }, "\3\0\x1d\1k", 5 }, /* x25519 */
	{ "creq", TLS_HANDSHAKE_CERTIFICATE_REQUEST, { 0 }, "\1\1\0\0\0\0", 6 },
	{ "shd", TLS_HANDSHAKE_SERVER_HELLO_DONE, { 0 }, "", 0 },
	{ "cke", TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE, { 0 }, "\1k", 2 },
	{ "cv", TLS_HANDSHAKE_CERTIFICATE_VERIFY, { 0 }, "\4\3\0\1s", 5 },
};

static inline void script_message(struct tracker *tracker, enum hs_side from, const char *name,
				  uint64_t now)
{
	uint8_t body[HELLO_BODY_MAX];
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i].name, name))
		i++;
	if (i == sizeof(names) / sizeof(names[0])) {
		fprintf(stderr, "no such step: %s\n", name);
		abort();
	}
	const struct script_message *m = &names[i];
	struct tls_message message = { .type = m->type, .records = 1 };

	message.body = (struct bytes){ body, m->n };
	if (m->body)
		memcpy(body, m->body, m->n);
	else if (m->type == TLS_HANDSHAKE_CLIENT_HELLO)
		message.body.n = client_hello_body(body, m->shape);
	else
		message.body.n = server_hello_body(body, m->shape);
	tracker_message(tracker, from, &message, now);
	memset(body, 0xdd, sizeof(body)); /* whoever kept a pointer reads nonsense */
}

static inline void script_record(struct tracker *tracker, enum hs_side from, uint8_t type,
				 const char *length, uint64_t now)
{
	const struct tls_record record = { type, TLS_VERSION_1_2, (uint16_t)atoi(length) };

	tracker_record(tracker, from, &record, now);
	if (!strchr(length, '+'))
		tracker_record_over(tracker, from);
}

static inline void script_step(struct tracker *tracker, const char *step, uint64_t now)
{
	enum hs_side from = step[0] == 'c' ? HS_CLIENT : HS_SERVER;
	const char *what = step + 2;

	if (!strcmp(step, "wait"))
		tracker_timeout(tracker, WAIT_NS, now);
	else if (!strcmp(what, "FIN") || !strcmp(what, "RST"))
		tracker_close(tracker, from, what[0] == 'R', now);
	else if (!strcmp(what, "http"))
		tracker_not_tls(tracker, from, (struct bytes){ (const uint8_t *)"HTTP/", 5 }, now);
	else if (what[0] == '!' || what[0] == '?')
		tracker_alert(tracker, from, what[0] == '!' ? 2 : 1, (uint8_t)atoi(what + 1), now);
	else if (!strcmp(what, "ccs"))
		script_record(tracker, from, TLS_RECORD_CHANGE_CIPHER_SPEC, "1", now);
	else if (!strncmp(what, "data=", 5))
		script_record(tracker, from, TLS_RECORD_APPLICATION_DATA, what + 5, now);
	else if (!strncmp(what, "hs=", 3))
		script_record(tracker, from, TLS_RECORD_HANDSHAKE, what + 3, now);
	else if (!strncmp(what, "alert=", 6))
		script_record(tracker, from, TLS_RECORD_ALERT, what + 6, now);
	else
		script_message(tracker, from, what, now);
}

/* Run the steps; the time of the last. The stage before the first is that of an opened flow. */
static inline uint64_t script_run(struct tracker *tracker, const char *script)
{
	char *steps = strdup(script), *rest = steps, *step;
	uint64_t now = 0;

	tracker_init(tracker);
	tracker->hs.stage = HS_CLIENT_HELLO;
	tracker->hs.client_hello_time = STEP_NS;
	while ((step = strsep(&rest, " "))) {
		now += STEP_NS;
		script_step(tracker, step, now);
	}
	free(steps);
	return now;
}

#endif
