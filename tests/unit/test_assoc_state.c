/* The life of an association: the table holds together, and docs/architecture.md shows it as it is. */
#include "support/unit.h"

#include "sctp/assoc_state.h"

#include <fcntl.h>
#include <unistd.h>

static bool moves(int from, int to)
{
	return assoc_states[from].moves & 1U << to;
}

static void the_end_is_the_end(void **state)
{
	(void)state;
	assert_int_equal(assoc_states[ASSOC_GONE].moves, 0);
	for (int from = 0; from < ASSOC_STATES; from++) {
		assert_false(moves(from, from));
		assert_false(moves(from, ASSOC_CONNECTING));
		assert_true(from == ASSOC_GONE || moves(from, ASSOC_GONE));
		for (int to = 0; to < ASSOC_STATES; to++) {
			if (!moves(from, to))
				continue;
			assert_false(assoc_states[from].over && !assoc_states[to].over);
			assert_false(!assoc_states[from].stack && assoc_states[to].stack);
		}
	}
}

/* A client told that it may send can rely on both ends; what is read by nobody is not counted as unread. */
static void columns_agree(void **state)
{
	(void)state;
	for (int i = 0; i < ASSOC_STATES; i++) {
		const struct assoc_allows *row = &assoc_states[i];

		assert_true(!row->send || row->up);
		assert_true(!row->shutting || (row->up && !row->send));
		assert_true(!row->up || (row->stack && !row->over));
		assert_int_equal(row->unread, row->over && i != ASSOC_GONE);
	}
}

static const char *yes(bool it)
{
	return it ? "yes" : "";
}

/* | established | `established` | yes | yes | yes | | | draining, ended, gone | */
static void print_row(const struct assoc_allows *row, char *buf, size_t size)
{
	size_t n =
	    snprintf(buf, size, "| %s | `%s` | %s | %s | %s | %s | %s | ", row->title, row->name,
	             yes(row->send), yes(row->stack), yes(row->up), yes(row->shutting), yes(row->over));
	const char *comma = "";

	for (int to = 0; to < ASSOC_STATES; to++) {
		if (!(row->moves & 1U << to))
			continue;
		n += snprintf(&buf[n], size - n, "%s%s", comma, assoc_states[to].title);
		comma = ", ";
	}
	snprintf(&buf[n], size - n, " |\n");
}

static char document[1 << 18];

static int read_document(void **state)
{
	int fd = open(SOURCE_DIR "/docs/architecture.md", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, document, sizeof(document) - 1);

	(void)state;
	if (fd >= 0)
		close(fd);
	return n > 0 ? 0 : -1;
}

static void the_document_shows_the_table(void **state)
{
	char row[512];

	(void)state;
	for (int i = 0; i < ASSOC_STATES; i++) {
		print_row(&assoc_states[i], row, sizeof(row));
		if (!strstr(document, row))
			fail_msg("docs/architecture.md has not the row\n%s", row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_end_is_the_end),
	    cmocka_unit_test(columns_agree),
	    cmocka_unit_test_setup(the_document_shows_the_table, read_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
