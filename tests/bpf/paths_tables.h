/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of loaded programs made empty, so that nothing of one capture leaks into the
 * next. Loading anew instead would take most of a second for each.
 */
#ifndef TEST_PATHS_TABLES_H
#define TEST_PATHS_TABLES_H

/* program: file descriptor of one that uses them. Exits with a message when it fails. */
void tables_clear(int program);

#endif
