/* SPDX-License-Identifier: BSD-2-Clause */
#include "parking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "connection_parts.h"
#include "track/timeline.h"

/*
 * A frame is what one connection looked like; others are packed as they differ from it. Few kinds
 * of clients make nearly all handshakes of a host. Who meets another kind in a frame only takes
 * more room: whatever the frame is, the difference leads back.
 */
#define FRAMES 64

/* A larger hello or a longer timeline stays where it is, as do bytes that wait for others. */
#define HELLO_MAX 1024
#define LINES_MAX 16

#define WORDS(bytes) (((bytes) + sizeof(uint64_t) - 1) / sizeof(uint64_t))

#define STATE_BYTES (sizeof(struct connection) - offsetof(struct connection, key))
#define LINE_BYTES sizeof(struct hs_message)
#define IMAGE_WORDS (1 + WORDS(STATE_BYTES) + WORDS(LINES_MAX * LINE_BYTES) + WORDS(HELLO_MAX))

/* Chains of at most that many on the average. */
#define CHAIN_MAX 2
#define PLACES_FIRST 1024

enum chain { BY_KEY, BY_RANDOM, CHAINS };

static_assert(PACK_MAX(IMAGE_WORDS) <= UINT16_MAX, "the size of what is packed has 16 bits");
static_assert(LINES_MAX <= UINT8_MAX && FRAMES < UINT8_MAX, "both are told in a byte");

/* All of a connection: a word of sizes, itself, its timeline, its hello. */
struct image {
	size_t hello; /* bytes; 0: none, or not here */
	size_t lines; /* the same */
	size_t words;
	uint64_t word[IMAGE_WORDS];
};

/* Where the chains of both tables begin. */
struct place {
	struct parked *first[CHAINS];
};

struct frame {
	uint64_t word[IMAGE_WORDS];
	size_t users;
};

struct parking {
	uint64_t seed;
	size_t count, places; /* places: a power of two, or 0 */
	struct place *place;
	struct frame frame[FRAMES];
};

struct parking *parking_new(uint64_t seed)
{
	struct parking *parking = calloc(1, sizeof(*parking));

	if (parking)
		parking->seed = seed;
	return parking;
}

void parking_free(struct parking *parking)
{
	if (!parking)
		return;
	free(parking->place);
	free(parking);
}

size_t parking_count(const struct parking *parking)
{
	return parking ? parking->count : 0;
}

/* ---- the two tables -------------------------------------------------------------------------- */

static uint32_t hash_in(const struct parked *parked, enum chain chain)
{
	return chain == BY_KEY ? parked->seat.hash : parked->random_hash;
}

static struct parked **first_of(const struct parking *parking, enum chain chain, uint32_t hash)
{
	return &parking->place[hash & (parking->places - 1)].first[chain];
}

static void enter(struct parking *parking, enum chain chain, struct parked *parked)
{
	struct parked **first = first_of(parking, chain, hash_in(parked, chain));

	parked->next[chain] = *first;
	*first = parked;
}

static void leave(struct parking *parking, enum chain chain, struct parked *parked)
{
	struct parked **at = first_of(parking, chain, hash_in(parked, chain));

	while (*at != parked)
		at = &(*at)->next[chain];
	*at = parked->next[chain];
}

/* Those of another array of places. */
static void enter_all(struct parking *parking, enum chain chain, const struct place *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (struct parked *parked = from[i].first[chain], *next; parked; parked = next) {
			next = parked->next[chain];
			enter(parking, chain, parked);
		}
}

/* Without memory the chains get longer. False: there are no places at all. */
static bool grow(struct parking *parking)
{
	size_t old = parking->places, places = old ? 2 * old : PLACES_FIRST;
	struct place *fresh = calloc(places, sizeof(*fresh)), *from = parking->place;

	if (!fresh)
		return old;
	parking->place = fresh;
	parking->places = places;
	enter_all(parking, BY_KEY, from, old);
	enter_all(parking, BY_RANDOM, from, old);
	free(from);
	return true;
}

static struct parked *chain_of(const struct parking *parking, enum chain chain, uint32_t hash)
{
	return parking_count(parking) ? *first_of(parking, chain, hash) : NULL;
}

/* ---- a connection and its image -------------------------------------------------------------- */

/* The next bytes of it, the last word filled up with zeros. */
static void *append(struct image *image, size_t n)
{
	uint64_t *at = image->word + image->words;

	image->words += WORDS(n);
	if (n)
		image->word[image->words - 1] = 0;
	return at;
}

static void make_image(struct image *image, struct connection *connection)
{
	struct handshake *hs = &connection->tracker.hs;
	struct tls_client_hello *hello = hs->client_hello;
	struct hs_message *lines = hs->messages;
	size_t held = connection->held;
	void *at;

	image->words = 0;
	image->hello = hello ? tls_client_hello_size(hello) : 0;
	if (image->hello > HELLO_MAX)
		image->hello = 0;
	image->lines = hs->message_count <= LINES_MAX ? hs->message_count : 0;
	*(uint64_t *)append(image, sizeof(uint64_t)) = image->hello | image->lines << 32;
	/* What comes along is no address of its own. */
	if (image->hello)
		hs->client_hello = NULL;
	if (image->lines)
		hs->messages = NULL;
	connection->held -= image->hello + image->lines * LINE_BYTES;
	memcpy(append(image, STATE_BYTES), &connection->key, STATE_BYTES);
	hs->client_hello = hello;
	hs->messages = lines;
	connection->held = held;
	at = append(image, image->lines * LINE_BYTES);
	if (image->lines)
		memcpy(at, lines, image->lines * LINE_BYTES);
	at = append(image, image->hello);
	if (image->hello)
		tls_client_hello_store(hello, at);
}

static const uint64_t *state_in(const struct image *image)
{
	return image->word + 1;
}

static const uint64_t *lines_in(const struct image *image)
{
	return state_in(image) + WORDS(STATE_BYTES);
}

static const uint64_t *hello_in(const struct image *image)
{
	return lines_in(image) + WORDS(image->lines * LINE_BYTES);
}

static void open_image(struct image *image, const struct parking *parking,
		       const struct parked *parked)
{
	const struct frame *frame = &parking->frame[parked->frame];

	unpack(image->word, IMAGE_WORDS, parked->packed, parked->size, frame->word);
	image->hello = image->word[0] & UINT32_MAX;
	image->lines = image->word[0] >> 32;
}

/* Its state, but for what is behind it in the image. */
static void copy_state(struct connection *connection, const struct image *image)
{
	struct tls_server_hello *hello = &connection->tracker.hs.server_hello;

	memcpy(&connection->key, state_in(image), STATE_BYTES);
	hello->extensions.p = hello->extensions.p ? hello->ids : NULL;
}

/* For connections whose images most likely have the same things at the same places. */
static uint8_t frame_of(const struct parking *parking, const struct image *image,
			const struct connection *connection)
{
	const struct tls_client_hello *hello = connection->tracker.hs.client_hello;
	uint64_t kind = image->lines | (uint64_t)connection->client << 5 |
			(uint64_t)connection->tracker.hs.stage << 6;

	if (image->hello)
		kind |= (image->hello - hello->server_name.n) << 16 | hello->cipher_suites.n << 32 |
			hello->extensions.n << 48;
	return (uint8_t)(hash_fold(kind ^ parking->seed, parking->seed | 1) % FRAMES);
}

/* ---- in and out ------------------------------------------------------------------------------ */

static void use_frame(struct parking *parking, uint8_t at, const struct image *image)
{
	struct frame *frame = &parking->frame[at];

	if (!frame->users) {
		memcpy(frame->word, image->word, image->words * sizeof(*image->word));
		memset(frame->word + image->words, 0,
		       (IMAGE_WORDS - image->words) * sizeof(*image->word));
	}
}

static struct parked *pack_image(const struct image *image, const struct frame *frame)
{
	uint8_t packed[PACK_MAX(IMAGE_WORDS)];
	size_t size = pack(packed, image->word, frame->word, image->words);
	struct parked *parked = malloc(offsetof(struct parked, packed) + size);

	if (!parked)
		return NULL;
	parked->size = (uint16_t)size;
	memcpy(parked->packed, packed, size);
	return parked;
}

struct parked *parking_put(struct parking *parking, struct connection *connection)
{
	struct handshake *hs = &connection->tracker.hs;
	struct parked *parked;
	struct image image;
	uint8_t frame;

	if (parking->count >= CHAIN_MAX * parking->places && !grow(parking))
		return NULL;
	make_image(&image, connection);
	frame = frame_of(parking, &image, connection);
	use_frame(parking, frame, &image);
	parked = pack_image(&image, &parking->frame[frame]);
	if (!parked)
		return NULL;
	parked->frame = frame;
	parking->frame[frame].users++;
	parked->seat = connection->seat;
	parked->seat.parked = true;
	parked->listed = connection->listed_by_random;
	parked->random_hash = parked->listed ? connection->random_hash : 0;
	enter(parking, BY_KEY, parked);
	if (parked->listed)
		enter(parking, BY_RANDOM, parked);
	parking->count++;
	connection->held -= image.hello + image.lines * LINE_BYTES;
	if (image.hello)
		free(hs->client_hello);
	if (image.lines)
		free(hs->messages);
	return parked;
}

static void take_out(struct parking *parking, struct parked *parked)
{
	leave(parking, BY_KEY, parked);
	if (parked->listed)
		leave(parking, BY_RANDOM, parked);
	parking->frame[parked->frame].users--;
	parking->count--;
}

bool parking_take(struct parking *parking, struct parked *parked, struct connection *connection)
{
	struct tls_client_hello *hello = NULL;
	struct image image;
	struct handshake *hs = &connection->tracker.hs;

	open_image(&image, parking, parked);
	if (image.hello) {
		hello = tls_client_hello_load(hello_in(&image), image.hello);
		if (!hello)
			return false;
	}
	copy_state(connection, &image);
	if (image.lines && !timeline_restore(hs, lines_in(&image))) {
		free(hello);
		return false;
	}
	if (hello)
		hs->client_hello = hello;
	take_out(parking, parked);
	return true;
}

size_t parking_drop(struct parking *parking, struct parked *parked)
{
	struct connection connection;
	struct image image;

	open_image(&image, parking, parked);
	copy_state(&connection, &image);
	connection_release(&connection);
	take_out(parking, parked);
	return connection.held;
}

struct parked *parking_find(const struct parking *parking, const struct st_flow_key *key,
			    uint32_t hash)
{
	struct parked *parked = chain_of(parking, BY_KEY, hash);
	struct image image;

	for (; parked; parked = parked->next[BY_KEY]) {
		if (parked->seat.hash != hash)
			continue;
		open_image(&image, parking, parked);
		if (!memcmp(state_in(&image), key, sizeof(*key)))
			break;
	}
	return parked;
}

struct parked *parking_find_random(const struct parking *parking, const uint8_t *random,
				   uint32_t hash, struct hello_marks *marks)
{
	struct parked *parked = chain_of(parking, BY_RANDOM, hash);
	const size_t at = offsetof(struct tls_client_hello, random);
	struct connection connection;
	struct image image;

	for (; parked; parked = parked->next[BY_RANDOM]) {
		const char *hello;

		if (parked->random_hash != hash)
			continue;
		open_image(&image, parking, parked);
		copy_state(&connection, &image);
		hello = image.hello ? (const char *)hello_in(&image)
				    : (const char *)connection.tracker.hs.client_hello;
		*marks = (struct hello_marks){ connection.digest,
					       connection.tracker.hs.hello_retry };
		if (!memcmp(hello + at, random, TLS_RANDOM_LEN))
			break;
	}
	return parked;
}
