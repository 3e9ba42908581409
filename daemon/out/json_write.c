/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/json_write.h"

void json_key(struct json *j, const char *key)
{
	if (!j->first)
		text_char(j->out, ',');
	j->first = false;
	if (key) {
		text_char(j->out, '"');
		text_string(j->out, key);
		text_string(j->out, "\":");
	}
}

static struct json_mark begin(struct json *j, const char *key, char bracket)
{
	struct json_mark mark = { .at = j->out->n, .first = j->first };

	json_key(j, key);
	text_char(j->out, bracket);
	j->first = true;
	return mark;
}

struct json_mark json_object(struct json *j, const char *key)
{
	return begin(j, key, '{');
}

void json_object_end(struct json *j, struct json_mark mark)
{
	if (j->first) {
		text_truncate(j->out, mark.at);
		j->first = mark.first;
		return;
	}
	text_char(j->out, '}');
}

void json_list(struct json *j, const char *key)
{
	begin(j, key, '[');
}

void json_list_end(struct json *j)
{
	text_char(j->out, ']');
	j->first = false;
}

void json_string(struct json *j, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	json_key(j, key);
	text_json_string(j->out, value);
}

void json_wire(struct json *j, const char *key, struct bytes value)
{
	if (!value.n)
		return;
	json_key(j, key);
	text_json_wire(j->out, value);
}

void json_hex(struct json *j, const char *key, struct bytes value)
{
	json_key(j, key);
	text_char(j->out, '"');
	text_hex(j->out, value);
	text_char(j->out, '"');
}

void json_number(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	text_u64(j->out, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	text_string(j->out, value ? "true" : "false");
}
