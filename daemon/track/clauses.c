/* SPDX-License-Identifier: BSD-2-Clause */
#include "track/clauses.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "tls/names.h"
#include "track/delivery.h"
#include "track/turns.h"

/* Sooner than that is at once. */
#define NOTABLE_NS NS_PER_S

static const char *const nouns[HS_SIDES] = { "client", "server", "nobody" };

#define SECONDS_SIZE 24

/* Three digits, but of a long time all before the point. */
static const char *seconds(uint64_t ns, char out[SECONDS_SIZE])
{
	double value = (double)ns / 1e9;

	snprintf(out, SECONDS_SIZE, value < 1000 ? "%.3g" : "%.0f", value);
	return out;
}

/* The registry marks what is not to be used any more; for a reader it is the same word. */
static int plain_length(const char *name)
{
	static const char mark[] = "_RESERVED";
	size_t n = strlen(name), tail = strlen(mark);

	return (int)(n > tail && !strcmp(name + n - tail, mark) ? n - tail : n);
}

static void say_alert(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const char *name = end->code <= UINT8_MAX ? tls_alert_name((uint8_t)end->code) : NULL;

	(void)hs;
	if (name)
		sentence_say(s, "%s alert %.*s", nouns[end->by], plain_length(name), name);
	else
		sentence_say(s, "%s alert %u", nouns[end->by], end->code);
}

static void say_sealed_alert(struct sentence *s, const struct handshake *hs,
			     const struct ending *end)
{
	(void)hs;
	sentence_say(s, "%s sent what looks like an encrypted alert", nouns[end->by]);
}

/* The last warning of this side, which may be why it left; NULL: none. */
static const struct hs_alert *last_warning(const struct handshake *hs, enum hs_side from)
{
	enum { CLOSE_NOTIFY = 0 };

	for (unsigned i = hs->alert_count; i-- > 0;)
		if (hs->alerts[i].from == from && !hs->alerts[i].encrypted &&
		    hs->alerts[i].code != CLOSE_NOTIFY)
			return &hs->alerts[i];
	return NULL;
}

static void say_close(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct hs_alert *warning = last_warning(hs, end->by);
	const char *name = warning ? tls_alert_name(warning->code) : NULL;

	if (end->kind == ENDED_BY_RESET)
		sentence_say(s, "%s reset the connection", nouns[end->by]);
	else
		sentence_say(s, "%s closed the connection", nouns[end->by]);
	if (turns_say_torn(s, hs, end->by))
		return;
	if (name)
		sentence_say(s, " after the warning %.*s", plain_length(name), name);
	else if (warning)
		sentence_say(s, " after the warning %u", warning->code);
	else if (end->notified)
		sentence_say(s, " with close_notify");
	else if (end->kind == ENDED_BY_FIN)
		sentence_say(s, " without an alert");
	if (hs->stage <= HS_CLIENT_HELLO && delivery_silence(hs, end) >= NOTABLE_NS)
		sentence_say(s, ", %s s after the ClientHello",
			     seconds(delivery_silence(hs, end), (char[SECONDS_SIZE]){ 0 }));
}

static void say_silence(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	enum hs_side next = turns_next(hs);

	sentence_say(s, "%s silent for %s s", nouns[next],
		     seconds(end->waited, (char[SECONDS_SIZE]){ 0 }));
	if (!turns_say_torn(s, hs, next))
		turns_say_last(s, hs);
}

static void say_other_bytes(struct sentence *s, const struct handshake *hs,
			    const struct ending *end)
{
	(void)hs;
	sentence_say(s, "%s sent bytes that are not TLS", nouns[end->by]);
}

/* The error that a client's choice of ciphers leads to is 1, NO-CIPHER-ERROR. */
static void say_sslv2_error(struct sentence *s, const struct handshake *hs,
			    const struct ending *end)
{
	(void)hs;
	sentence_say(s, "server answered with error %u of SSL 2.0%s", end->code,
		     end->code == 1 ? ", no cipher" : "");
}

static void say_refused(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	(void)end;
	sentence_say(s, "server refused the connection to port %u", hs->end[HS_SERVER].port);
}

static void say_no_connection(struct sentence *s, const struct handshake *hs,
			      const struct ending *end)
{
	sentence_say(s, "no answer to the TCP SYN to port %u for %s s", hs->end[HS_SERVER].port,
		     seconds(end->waited, (char[SECONDS_SIZE]){ 0 }));
}

void clauses_say_ending(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	static void (*const say[])(struct sentence * s, const struct handshake *hs,
				   const struct ending *end) = {
		[ENDED_BY_ALERT] = say_alert,
		[ENDED_BY_SEALED_ALERT] = say_sealed_alert,
		[ENDED_BY_FIN] = say_close,
		[ENDED_BY_RESET] = say_close,
		[ENDED_BY_SILENCE] = say_silence,
		[ENDED_BY_OTHER_BYTES] = say_other_bytes,
		[ENDED_BY_SSLV2_ERROR] = say_sslv2_error,
		[ENDED_BY_REFUSAL] = say_refused,
		[ENDED_BY_NO_CONNECTION] = say_no_connection,
	};

	say[end->kind](s, hs, end);
}

/* ", then client closed the connection" or ", nothing more for 10 s". */
static void say_then(struct sentence *s, const struct ending *end, const char *silence)
{
	if (end->kind == ENDED_BY_SILENCE)
		sentence_say(s, ", %s for %s s", silence,
			     seconds(end->waited, (char[SECONDS_SIZE]){ 0 }));
	else
		sentence_say(s, ", then %s %s the connection", nouns[end->by],
			     end->kind == ENDED_BY_RESET ? "reset" : "closed");
}

void clauses_say_oddity(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	const struct hs_oddity *oddity = &hs->oddity;
	char code[TLS_EXTENSION_CODE_SIZE];

	sentence_say(s, "%s sent %s", nouns[oddity->from], oddity->what);
	if (oddity->has_extension)
		sentence_say(s, " (extension %s)", tls_extension_text(oddity->extension, code));
	say_then(s, end, "nothing more");
}

static void say_repeats(struct sentence *s, const struct handshake *hs)
{
	unsigned repeats = hs->delivery.repeats;

	if (repeats == 1)
		sentence_say(s, ", repeated once");
	else if (repeats)
		sentence_say(s, ", repeated %u times", repeats);
}

void clauses_say_stalled(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	uint32_t length = delivery_length(hs), missing = delivery_missing(hs);

	if (!hs->client_hello_end_time) {
		sentence_say(s, "the rest of the ClientHello did not come");
		if (length)
			sentence_say(s, " behind %u bytes", length);
		say_repeats(s, hs);
		say_then(s, end, "nothing more");
		return;
	}
	sentence_say(s, "ClientHello of %u bytes", length);
	if (hs->client_hello_segments > 1)
		sentence_say(s, " in %u segments", hs->client_hello_segments);
	sentence_say(s, missing < length ? ", %u bytes not acknowledged" : ", not acknowledged",
		     missing);
	say_repeats(s, hs);
	say_then(s, end, "no answer");
}

void clauses_say_unanswered(struct sentence *s, const struct handshake *hs,
			    const struct ending *end)
{
	sentence_say(s, "no answer to the ClientHello");
	say_repeats(s, hs);
	sentence_say(s, "%s for %s s", hs->delivery.repeats ? "," : "",
		     seconds(end->waited, (char[SECONDS_SIZE]){ 0 }));
}

static bool is_http(struct bytes first)
{
	static const char start[] = "HTTP/";

	return first.n >= strlen(start) && !memcmp(first.p, start, strlen(start));
}

void clauses_say_not_tls(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	(void)hs;
	sentence_say(s, "server answered the ClientHello with %s",
		     is_http(end->first) ? "plain HTTP" : "something that is not TLS");
}

void clauses_say_greeted(struct sentence *s, const struct handshake *hs, const struct ending *end)
{
	(void)hs;
	sentence_say(s, "server spoke before the ClientHello, and not TLS");
	say_then(s, end, "nothing more");
}
