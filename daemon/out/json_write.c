/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/json_write.h"

void json_object_end(struct json *j, struct json_mark mark)
{
	if (j->first) {
		text_truncate(j->out, mark.at);
		j->first = mark.first;
		return;
	}
	text_char(j->out, '}');
}

void json_list_end(struct json *j)
{
	text_char(j->out, ']');
	j->first = false;
}

void json_string_value(struct json *j, const char *value)
{
	text_json_string(j->out, value);
}

void json_wire_value(struct json *j, struct bytes value)
{
	text_json_wire(j->out, value);
}

void json_hex_value(struct json *j, struct bytes value)
{
	text_char(j->out, '"');
	text_hex(j->out, value);
	text_char(j->out, '"');
}
