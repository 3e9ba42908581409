/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/seq.h"

static void say_end(FILE *out, const struct st_flow_key *key, int end)
{
	char text[INET6_ADDRSTRLEN] = "?";
	const uint32_t *addr = key->addr[end];

	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)addr))
		inet_ntop(AF_INET, &addr[3], text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	fprintf(out, "%s:%u", text, ntohs(key->port[end]));
}

static void find(struct judge *judge, const struct answer *was, const struct answer *now,
		 const char *what)
{
	const struct st_flow_key *key = &(was ? was : now)->connection->key;

	judge->findings++;
	fprintf(judge->out, "%s ", judge->path);
	say_end(judge->out, key, 0);
	fputc('-', judge->out);
	say_end(judge->out, key, 1);
	fprintf(judge->out, " %s: %s: was \"%s\", now \"%s\"\n", judge->variant, what,
		was ? was->text : "", now ? now->text : "");
}

/* The same handshake: the same random on the same connection, or both without. */
static bool is_same(const struct answer *a, const struct answer *b)
{
	return a->connection == b->connection && a->has_random == b->has_random &&
	       (!a->has_random || memcmp(a->random, b->random, sizeof(a->random)) == 0);
}

/*
 * The same handshake on another connection: one of the two is a copy of the other, as on both
 * sides of a proxy, and which one is reported depends on their order.
 */
static bool is_copy(const struct answer *a, const struct answer *b)
{
	return a->has_random && b->has_random &&
	       memcmp(a->random, b->random, sizeof(a->random)) == 0;
}

static struct answer *match_by(struct answers *full, const struct answer *answer,
			       bool (*fits)(const struct answer *a, const struct answer *b))
{
	for (size_t i = 0; i < full->n; i++) {
		struct answer *other = &full->p[i];

		if (other->matched || !fits(other, answer))
			continue;
		other->matched = true;
		return other;
	}
	return NULL;
}

static void forget_matches(struct answers *full)
{
	for (size_t i = 0; i < full->n; i++)
		full->p[i].matched = false;
}

/* Sent again in pieces, a hello without an answer is one in several segments that stalled. */
static bool stalls_in_pieces(const struct answer *was, const struct answer *now)
{
	return was->failure && strstr(was->text, " at client_hello") &&
	       strstr(now->text, "failure client_hello_stalled") == now->text;
}

static void compare(struct judge *judge, const struct answer *was, const struct answer *now,
		    bool small)
{
	if (!was && small)
		return; /* a hello that began in the middle of a segment now begins one */
	if (!was)
		find(judge, NULL, now, "new");
	else if (strcmp(was->text, now->text) != 0 && !stalls_in_pieces(was, now))
		find(judge, was, now, "differs");
	else if (was->hellos != now->hellos)
		find(judge, was, now, "hello differs");
}

void judge_same(struct judge *judge, struct answers *full, struct answers *answers, bool small)
{
	const struct answer *was, *now;

	forget_matches(full);
	for (now = answers->p; now != answers->p + answers->n; now++) {
		was = match_by(full, now, is_same);
		if (!was)
			was = match_by(full, now, is_copy);
		/* Which of two segments that disagree is right depends on their order. */
		if (!now->connection->contradicts && !(small && now->over_budget))
			compare(judge, was, now, small);
	}
	for (was = full->p; was != full->p + full->n; was++)
		if (!was->matched && !was->connection->contradicts && (!small || was->has_random))
			find(judge, was, NULL, "missing");
}

/* One of the connection failed: what was lost may hide that it is this one. */
static bool may_fail(const struct answers *full, const struct answer *answer)
{
	for (size_t i = 0; i < full->n; i++)
		if (full->p[i].connection == answer->connection && full->p[i].failure)
			return true;
	return false;
}

static bool is_known(const struct answers *full, const struct answer *answer)
{
	for (size_t i = 0; i < full->n; i++)
		if (is_same(&full->p[i], answer))
			return true;
	return false;
}

enum evidence { NONE, BY_ACKNOWLEDGEMENT, BY_SEGMENT };

/* What an observer could tell the loss by, in the time it had. */
static enum evidence evidence_of(const struct loss *loss, const struct answer *answer)
{
	enum evidence evidence = NONE;

	if (!loss->lost)
		return BY_SEGMENT;
	for (size_t i = loss->at; i < loss->n && i < answer->at; i++) {
		const struct pcap_segment *later = loss->slots[i].segment;

		if (!segment_acknowledges(later, loss->lost) &&
		    (later->sender != loss->lost->sender ||
		     seq_before(later->tcp.seq, segment_end(loss->lost))))
			continue;
		if (segment_matters(later))
			return BY_SEGMENT;
		evidence = BY_ACKNOWLEDGEMENT;
	}
	return evidence;
}

static void judge_failure(struct judge *judge, const struct answer *was, const struct answer *now,
			  const struct loss *loss)
{
	enum evidence evidence = evidence_of(loss, now);

	if (evidence == BY_SEGMENT)
		find(judge, was, now, "fails");
	else if (evidence == BY_ACKNOWLEDGEMENT)
		find(judge, was, now, "fails though an acknowledgement shows the loss");
}

void judge_loss(struct judge *judge, struct answers *full, struct answers *answers,
		const struct loss *loss)
{
	forget_matches(full);
	for (size_t i = 0; i < answers->n; i++) {
		const struct answer *now = &answers->p[i];
		const struct answer *was = match_by(full, now, is_same);

		if (was && now->failure && !was->failure)
			judge_failure(judge, was, now, loss);
		else if (!was && now->has_random && is_known(full, now))
			find(judge, NULL, now, "twice");
		else if (!was && now->failure && !may_fail(full, now))
			judge_failure(judge, NULL, now, loss);
	}
}
