/* SPDX-License-Identifier: BSD-2-Clause */
/* Two handshakes for the tests of daemon/out: those of the contract's examples. */
#ifndef TEST_OUT_SAMPLE_H
#define TEST_OUT_SAMPLE_H

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "track/handshake.h"

#define BYTES(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })
#define MS UINT64_C(1000000)

/* date -u -d 2026-11-23T07:21:13Z +%s, .123456789 later, is time 1000 of the samples */
#define SAMPLE_START UINT64_C(1000)
#define SAMPLE_WALL_OFFSET (UINT64_C(1795418473) * 1000000000 + 123456789 - SAMPLE_START)

struct sample {
	struct handshake hs;
	struct tls_client_hello hello;
	struct hs_message messages[HS_MESSAGES_MAX];
};

static inline void sample_ends(struct sample *s, const char *client, uint16_t port,
			       const char *server)
{
	inet_pton(AF_INET6, client, s->hs.end[HS_CLIENT].addr);
	inet_pton(AF_INET6, server, s->hs.end[HS_SERVER].addr);
	s->hs.end[HS_CLIENT].port = port;
	s->hs.end[HS_SERVER].port = 443;
}

static inline void sample_hello(struct sample *s)
{
	s->hs.client_hello = &s->hello;
	s->hs.messages = s->messages;
	s->hs.client_hello_segments = 2;
	s->hs.client_hello_records = 1;
	s->hello = (struct tls_client_hello){
		.legacy_version = 0x0303,
		.session_id_length = 32,
		.length = 1700,
		.cipher_suites = BYTES("\x1a\x1a\x13\x01\xc0\x2f\xff\xf0"),
		.compression = BYTES("\x00\x07"),
		.extensions = BYTES("\x4a\x4a\x00\x00\x00\x33"),
		.server_name = BYTES("api.example.com"),
		.versions = BYTES("\x2a\x2a\x03\x04\x03\x03\x7f\x1c"),
		.groups = BYTES("\x0a\x0a\x11\xec\x00\x1d"),
		.key_shares = BYTES("\x0a\x0a\x11\xec"),
		.signatures = BYTES("\x04\x03\x08\x04"),
		.alpn = BYTES("\x02\x0a\x0a\x02h2\x08http/1.1"),
		.grease = true,
	};
	memset(s->hello.random, 0xab, sizeof(s->hello.random));
}

/* TLS 1.3, full, X25519MLKEM768, 3.2 ms. */
static inline void sample_success(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	sample_ends(s, "::ffff:10.0.0.5", 51234, "::ffff:10.0.0.9");
	sample_hello(s);
	s->hs.role = HS_ROLE_CLIENT;
	s->hs.stage = HS_ESTABLISHED;
	s->hs.outcome = HS_SUCCESS;
	s->hs.complete = true;
	s->hs.client_hello_time = SAMPLE_START;
	s->hs.server_hello_time = SAMPLE_START + 2 * MS;
	s->hs.server_flight_end_time = SAMPLE_START + 3 * MS;
	s->hs.server_finished_time = SAMPLE_START + 3 * MS;
	s->hs.client_flight_time = SAMPLE_START + 3218000;
	s->hs.client_finished_time = SAMPLE_START + 3218000;
	s->hs.application_data_time = SAMPLE_START + 5 * MS;
	s->hs.end_time = SAMPLE_START + 5 * MS;
	s->hs.has_server_hello = true;
	s->hs.server_hello = (struct tls_server_hello){
		.legacy_version = 0x0303,
		.version = 0x0304,
		.session_id_length = 32,
		.cipher_suite = 0x1301,
		.has_key_share = true,
		.group = 0x11ec,
		.extensions = BYTES("\x00\x2b\x00\x33"),
	};
	s->hs.has_group = true;
	s->hs.group = 0x11ec;
	s->hs.resumption = HS_FULL;
	s->hs.round_trips = 1;
	s->messages[0] = (struct hs_message){ SAMPLE_START, 1700, HS_CLIENT, 22, 1, false };
	s->messages[1] = (struct hs_message){ SAMPLE_START + 2 * MS, 90, HS_SERVER, 22, 2, false };
	s->messages[2] = (struct hs_message){ SAMPLE_START + 3 * MS, 3000, HS_SERVER, 23, 0, true };
	s->hs.message_count = 3;
}

/* TLS 1.2, the client rejects an expired certificate after 12.3 ms. */
static inline void sample_failure(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	sample_ends(s, "::ffff:10.0.0.5", 51240, "::ffff:10.0.0.9");
	sample_hello(s);
	s->hello.server_name = BYTES("old.example.com");
	s->hs.role = HS_ROLE_CLIENT;
	s->hs.stage = HS_SERVER_HELLO_DONE;
	s->hs.outcome = HS_FAILURE;
	s->hs.syn_time = SAMPLE_START;
	s->hs.synack_time = SAMPLE_START + MS;
	s->hs.client_hello_time = SAMPLE_START + 2 * MS;
	s->hs.server_hello_time = SAMPLE_START + 4 * MS;
	s->hs.end_time = SAMPLE_START + 2 * MS + 12300000;
	s->hs.has_server_hello = true;
	s->hs.server_hello = (struct tls_server_hello){
		.legacy_version = 0x0303,
		.version = 0x0303,
		.cipher_suite = 0xc02f,
	};
	s->hs.resumption = HS_FULL;
	s->hs.has_group = true;
	s->hs.group = 0x001d;
	s->hs.round_trips = -1;
	s->hs.alerts[0] = (struct hs_alert){ HS_CLIENT, 2, 45, false };
	s->hs.alert_count = 1;
	s->hs.failure = (struct hs_failure){
		.cause = HS_CERTIFICATE_EXPIRED,
		.stage = HS_SERVER_HELLO_DONE,
		.side = HS_CLIENT,
		.text = "client alert certificate_expired (certificate expired 3 days ago)",
	};
}

/* What a command prints, without the last line feed, in a static buffer; "!" if it failed. */
static inline const char *output_of(const char *command)
{
	static char out[65536];
	FILE *pipe = popen(command, "r");
	size_t n = pipe ? fread(out, 1, sizeof(out) - 1, pipe) : 0;

	if (!pipe || pclose(pipe))
		return "!";
	out[n] = '\0';
	if (n && out[n - 1] == '\n')
		out[n - 1] = '\0';
	return out;
}

#endif
