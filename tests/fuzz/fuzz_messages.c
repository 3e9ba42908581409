/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records, and messages out of their bodies, however those are spread over records: the same
 * bytes in one record and in many are the same messages.
 */
#include <string.h>

#include "input.h"
#include "must.h"
#include "tls/alert.h"
#include "tls/message.h"
#include "tls/record.h"
#include "tls/sslv2.h"
#include "tls_sniff.h"

#define MESSAGES_MAX 64

struct list {
	struct {
		uint8_t type;
		size_t n;
		uint64_t sum;
	} message[MESSAGES_MAX];
	size_t n;
	bool bad;
};

static uint64_t sum_of(struct bytes bytes)
{
	uint64_t sum = bytes.n;

	for (size_t i = 0; i < bytes.n; i++)
		sum = sum * 31 + bytes.p[i];
	return sum;
}

/* The body of one record, in memory that is gone afterwards. */
static void feed(struct tls_messages *messages, struct bytes body, struct list *list)
{
	uint8_t *own = own_copy(body);
	struct tls_message message;
	enum tls_result result;

	tls_messages_feed(messages, (struct bytes){ own, body.n });
	while ((result = tls_messages_next(messages, &message)) == TLS_OK) {
		MUST(message.records && message.body.n <= TLS_MESSAGE_MAX);
		if (list->n == MESSAGES_MAX)
			continue;
		list->message[list->n].type = message.type;
		list->message[list->n].n = message.body.n;
		list->message[list->n++].sum = sum_of(message.body);
	}
	list->bad |= result == TLS_BAD;
	free(own);
}

static void check_headers(struct bytes bytes)
{
	struct tls_record record;
	struct tls_alert alert;
	struct sslv2_answer answer;
	uint32_t whole;
	uint8_t *own = own_copy(bytes);
	struct bytes in = { own, bytes.n };

	if (tls_record_header_parse(in, &record) == TLS_OK)
		MUST(record.length <= TLS_RECORD_BODY_MAX && in.n >= TLS_RECORD_HEADER_LEN);
	tls_alert_parse(in, &alert);
	sslv2_answer_parse(in, &answer);
	if (sslv2_client_hello_head(in, &whole) == TLS_OK)
		MUST(whole > SSLV2_HEAD_LEN);
	/* What the kernel's look takes for a hello, a parser takes for the head of one. */
	if (in.n >= TLS_SNIFF_BYTES && tls_sniff(own, (uint32_t)in.n) == TLS_SNIFFED_CLIENT_HELLO)
		MUST(tls_record_header_parse(in, &record) == TLS_OK ||
		     sslv2_client_hello_head(in, &whole) == TLS_OK);
	free(own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t piece = input_u8(&in) + 1;
	struct tls_messages one = { 0 }, many = { 0 };
	static struct list whole, parts;
	size_t fed = 0;

	check_headers((struct bytes){ in.p, in.n });
	whole = parts = (struct list){ 0 };
	feed(&one, (struct bytes){ in.p, in.n }, &whole);
	while (in.n && !parts.bad) {
		struct bytes body = input_bytes(&in, piece);

		fed += body.n;
		feed(&many, body, &parts);
		MUST(many.kept_room <= 2 * fed + TLS_HANDSHAKE_HEADER_LEN);
	}
	MUST(whole.bad == parts.bad && whole.n == parts.n);
	MUST(memcmp(whole.message, parts.message, sizeof(whole.message)) == 0);
	if (!whole.bad)
		MUST(tls_messages_pending(&one) == tls_messages_pending(&many));
	tls_messages_free(&one);
	tls_messages_free(&many);
	MUST(!many.kept && !tls_messages_pending(&many));
	return 0;
}
