/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "base/util.h"

static void drop_kept(struct tls_messages *messages)
{
	free(messages->kept);
	messages->kept = NULL;
	messages->kept_n = 0;
	messages->kept_room = 0;
	messages->records = 0;
	messages->handed_out = false;
}

/*
 * Room for n bytes of a message of which `whole` are announced. The announcement is
 * the sender's word only, so room doubles with what has really come.
 */
static bool make_room(struct tls_messages *messages, size_t n, size_t whole)
{
	size_t room;
	uint8_t *p;

	if (n <= messages->kept_room)
		return true;
	room = min_size(2 * n, whole);
	p = realloc(messages->kept, room);
	if (!p)
		return false;
	messages->kept = p;
	messages->kept_room = (uint32_t)room;
	return true;
}

/* Move fed bytes over until `whole` are kept, or none are left. False: memory is out. */
static bool keep(struct tls_messages *messages, size_t whole)
{
	struct reader r = reader_of(messages->fed);
	struct bytes piece;

	if (messages->kept_n >= whole)
		return true;
	if (!reader_bytes(&r, min_size(whole - messages->kept_n, messages->fed.n), &piece))
		return false;
	if (piece.n == 0)
		return true;
	if (!make_room(messages, messages->kept_n + piece.n, whole))
		return false;
	memcpy(messages->kept + messages->kept_n, piece.p, piece.n);
	messages->kept_n += (uint32_t)piece.n;
	messages->fed = reader_rest(&r);
	return true;
}

/* The first message in `in`. TLS_MORE: it goes on; *whole is the bytes known to be needed. */
static enum tls_result parse(struct bytes in, struct tls_message *out, size_t *whole)
{
	struct reader r = reader_of(in);
	uint32_t length;

	out->sslv2 = false;
	*whole = TLS_HANDSHAKE_HEADER_LEN;
	if (!reader_u8(&r, &out->type) || !reader_u24(&r, &length))
		return TLS_MORE;
	if (length > TLS_MESSAGE_MAX)
		return TLS_BAD;
	*whole += length;
	return reader_bytes(&r, length, &out->body) ? TLS_OK : TLS_MORE;
}

void tls_messages_feed(struct tls_messages *messages, struct bytes body)
{
	if (messages->handed_out)
		drop_kept(messages);
	messages->fed = body;
	if (messages->kept_n && body.n && messages->records < UINT16_MAX)
		messages->records++;
}

/* The fast way: whole messages inside one record are lent as they are. */
static enum tls_result next_fed(struct tls_messages *messages, struct tls_message *out)
{
	struct reader r = reader_of(messages->fed);
	struct bytes taken;
	size_t whole;
	enum tls_result result;

	if (reader_empty(&r)) {
		messages->fed.p = NULL; /* its owner has it back */
		return TLS_MORE;
	}
	result = parse(messages->fed, out, &whole);
	if (result == TLS_OK && reader_bytes(&r, whole, &taken)) {
		messages->fed = reader_rest(&r);
		out->records = 1;
	} else if (result == TLS_MORE) {
		messages->records = 1;
		if (!keep(messages, whole))
			return TLS_BAD;
	}
	return result;
}

enum tls_result tls_messages_next(struct tls_messages *messages, struct tls_message *out)
{
	size_t whole = TLS_HANDSHAKE_HEADER_LEN;
	enum tls_result result;

	if (messages->handed_out)
		drop_kept(messages);
	if (!messages->kept_n)
		return next_fed(messages, out);
	do { /* at most twice: the header says how much the body needs */
		if (!keep(messages, whole))
			return TLS_BAD;
		result = parse((struct bytes){ messages->kept, messages->kept_n }, out, &whole);
	} while (result == TLS_MORE && messages->fed.n);
	if (result == TLS_OK) {
		out->records = messages->records;
		messages->handed_out = true;
	}
	return result;
}

bool tls_messages_pending(const struct tls_messages *messages)
{
	return messages->kept_n && !messages->handed_out;
}

bool tls_messages_torn(const struct tls_messages *messages, struct bytes rest, struct tls_torn *out)
{
	size_t kept = tls_messages_pending(messages) ? messages->kept_n : 0, at = 0;
	uint8_t head[TLS_HANDSHAKE_HEADER_LEN];

	while (kept + rest.n - at >= sizeof(head)) {
		for (size_t i = 0; i < sizeof(head); i++)
			head[i] = at + i < kept ? messages->kept[at + i] : rest.p[at + i - kept];
		out->type = head[0];
		out->seen = (uint32_t)(kept + rest.n - at);
		out->whole = ((uint32_t)head[1] << 16 | (uint32_t)head[2] << 8 | head[3]) +
			     (uint32_t)sizeof(head);
		if (out->seen < out->whole)
			return true;
		at += out->whole;
	}
	return false;
}

void tls_messages_free(struct tls_messages *messages)
{
	drop_kept(messages);
	messages->fed = (struct bytes){ 0 };
}
