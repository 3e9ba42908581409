/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/json_shape.h"

/* Stands for all codes of RFC 8701: no part shows which one it was. */
#define GREASE 0x0a0a
/* What is remembered begins with the lengths of its parts. */
#define LENGTH_SIZE 2
#define LENGTHS_SIZE (LENGTH_SIZE * JSON_SHAPE_PARTS)

/* Room in the key; what is larger than a key may be is not remembered. */
static uint8_t *more(struct json_shape *shape, size_t n)
{
	uint8_t *p = shape->key + shape->n;

	if (!shape->memo || n > sizeof(shape->key) - shape->n) {
		shape->memo = NULL;
		return NULL;
	}
	shape->n += n;
	return p;
}

static void add_head(struct json_shape *shape, const uint8_t *head, size_t n)
{
	uint8_t *p = more(shape, n);

	if (p)
		memcpy(p, head, n);
}

/* Absent, empty or there: with its length in front no two sequences of runs are the same. */
static uint8_t *add_run(struct json_shape *shape, struct bytes run)
{
	uint8_t *p = more(shape, 3 + run.n);

	if (!p)
		return NULL;
	p[0] = run.p != NULL;
	p[1] = (uint8_t)(run.n >> 8);
	p[2] = (uint8_t)run.n;
	if (run.p)
		memcpy(p + 3, run.p, run.n);
	return p + 3;
}

static void add_codes(struct json_shape *shape, struct bytes run, bool grease)
{
	uint8_t *p = add_run(shape, run);

	for (size_t i = 0; p && grease && i < run.n / 2; i++)
		if (tls_is_grease(bytes_u16(run, i)))
			p[2 * i] = p[2 * i + 1] = GREASE & 0xff;
}

static void begin(struct json_shape *shape, struct memo *memo, const uint8_t *head, size_t n)
{
	shape->memo = memo;
	shape->n = 0;
	shape->known = (struct bytes){ NULL, 0 };
	memset(shape->parts, 0, sizeof(shape->parts));
	add_head(shape, head, n);
}

/* As json_shape_keep() has put it together. */
static void find(struct json_shape *shape)
{
	struct bytes text;
	size_t at = LENGTHS_SIZE;

	if (!shape->memo)
		return;
	text = memo_find(shape->memo, (struct bytes){ shape->key, shape->n });
	if (!text.p)
		return;
	shape->known = text;
	for (size_t i = 0; i < JSON_SHAPE_PARTS; i++) {
		shape->parts[i] = (struct json_shape_part){ at, bytes_u16(text, i) };
		at += shape->parts[i].n;
	}
}

void json_client_shape(struct json_shape *shape, struct memo *memo,
		       const struct tls_client_hello *hello)
{
	/* With a name in front, the fingerprints begin with a comma. */
	const uint8_t head[] = { 'C',
				 hello->server_name.n != 0,
				 (uint8_t)(hello->legacy_version >> 8),
				 (uint8_t)hello->legacy_version,
				 hello->session_id_length,
				 hello->sslv2,
				 hello->torn };
	bool grease = hello->grease;

	begin(shape, memo, head, sizeof(head));
	add_codes(shape, hello->cipher_suites, grease);
	add_run(shape, hello->compression);
	add_codes(shape, hello->extensions, grease);
	add_codes(shape, hello->versions, grease);
	add_codes(shape, hello->groups, grease);
	add_codes(shape, hello->key_shares, grease);
	add_codes(shape, hello->signatures, grease);
	add_run(shape, hello->alpn);
	add_run(shape, hello->point_formats);
	find(shape);
}

void json_server_shape(struct json_shape *shape, struct memo *memo, const struct handshake *hs)
{
	const struct tls_server_hello *hello = &hs->server_hello;
	const uint8_t head[] = { 'S',
				 hs_has_cipher(hs),
				 (uint8_t)hs->outcome,
				 (uint8_t)hs->resumption,
				 hs->has_group,
				 (uint8_t)(hs->group >> 8),
				 (uint8_t)hs->group,
				 hello->has_key_share,
				 (uint8_t)(hello->group >> 8),
				 (uint8_t)hello->group,
				 (uint8_t)(hello->version >> 8),
				 (uint8_t)hello->version,
				 (uint8_t)(hello->legacy_version >> 8),
				 (uint8_t)hello->legacy_version,
				 (uint8_t)(hello->cipher_suite >> 8),
				 (uint8_t)hello->cipher_suite,
				 hello->session_id_length,
				 hello->has_psk,
				 (uint8_t)(hello->psk_index >> 8),
				 (uint8_t)hello->psk_index };

	begin(shape, memo, head, sizeof(head));
	add_run(shape, hello->extensions);
	find(shape);
}

bool json_shape_begin(struct json_shape *shape, struct json *j, enum json_shape_which which)
{
	struct json_shape_part *part = &shape->parts[which];

	if (!shape->known.p) {
		part->at = j->out->n;
		return false;
	}
	text_add(j->out, (const char *)shape->known.p + part->at, part->n);
	j->first = j->first && !part->n;
	return true;
}

void json_shape_end(struct json_shape *shape, const struct json *j, enum json_shape_which which)
{
	shape->parts[which].n = j->out->n - shape->parts[which].at;
}

void json_shape_keep(const struct json_shape *shape, const struct json *j)
{
	uint8_t text[MEMO_TEXT_MAX];
	size_t at = LENGTHS_SIZE;

	if (!shape->memo || shape->known.p || j->out->cut)
		return;
	for (size_t i = 0; i < JSON_SHAPE_PARTS; i++) {
		const struct json_shape_part *part = &shape->parts[i];

		if (part->n > sizeof(text) - at)
			return;
		text[LENGTH_SIZE * i] = (uint8_t)(part->n >> 8);
		text[LENGTH_SIZE * i + 1] = (uint8_t)part->n;
		memcpy(text + at, j->out->p + part->at, part->n);
		at += part->n;
	}
	memo_keep(shape->memo, (struct bytes){ shape->key, shape->n }, (struct bytes){ text, at });
}
