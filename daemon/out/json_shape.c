/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/json_shape.h"

/* Stands for all codes of RFC 8701: no part shows which one it was. */
#define GREASE 0x0a0a

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

/* What was remembered was written at a place where as much was there before: comma or none. */
static void begin(struct json_shape *shape, const struct json *j, struct memo *memo,
		  enum json_shape_part part)
{
	shape->memo = memo;
	shape->at = j->out->n;
	shape->n = 0;
	add_head(shape, (const uint8_t[]){ (uint8_t)part, j->first }, 2);
}

static bool recall(struct json_shape *shape, struct json *j)
{
	struct bytes known;

	if (!shape->memo)
		return false;
	known = memo_find(shape->memo, (struct bytes){ shape->key, shape->n });
	if (!known.p)
		return false;
	text_add(j->out, (const char *)known.p, known.n);
	j->first = j->first && !known.n;
	return true;
}

bool json_client_shape(struct json_shape *shape, struct json *j, struct memo *memo,
		       enum json_shape_part part, const struct tls_client_hello *hello)
{
	const uint8_t head[] = { (uint8_t)(hello->legacy_version >> 8),
				 (uint8_t)hello->legacy_version, hello->session_id_length,
				 hello->sslv2, hello->torn };
	bool grease = hello->grease;

	begin(shape, j, memo, part);
	add_head(shape, head, sizeof(head));
	add_codes(shape, hello->cipher_suites, grease);
	add_run(shape, hello->compression);
	add_codes(shape, hello->extensions, grease);
	add_codes(shape, hello->versions, grease);
	add_codes(shape, hello->groups, grease);
	add_codes(shape, hello->key_shares, grease);
	add_codes(shape, hello->signatures, grease);
	add_run(shape, hello->alpn);
	add_run(shape, hello->point_formats);
	return recall(shape, j);
}

bool json_server_shape(struct json_shape *shape, struct json *j, struct memo *memo,
		       const struct tls_server_hello *hello)
{
	const uint8_t head[] = { (uint8_t)(hello->legacy_version >> 8),
				 (uint8_t)hello->legacy_version,
				 (uint8_t)(hello->cipher_suite >> 8),
				 (uint8_t)hello->cipher_suite };

	begin(shape, j, memo, JSON_SHAPE_SERVER);
	add_head(shape, head, sizeof(head));
	add_run(shape, hello->extensions);
	return recall(shape, j);
}

void json_shape_end(struct json_shape *shape, struct json *j)
{
	const struct text *out = j->out;
	struct bytes text = { (const uint8_t *)out->p + shape->at, out->n - shape->at };

	if (shape->memo && !out->cut)
		memo_keep(shape->memo, (struct bytes){ shape->key, shape->n }, text);
}
