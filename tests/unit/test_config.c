/* The configuration: what each line and each word of the command line means, and what is said of those that
 * mean nothing. */
#include "support/unit.h"

#include "config/config.h"

#include <errno.h>
#include <json-c/json.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define ARGS_MAX 8
#define BOTH     "\"runtime_dir\":\"/run/sctpd\",\"stack\":\"auto\""
#define DEFAULTS "," BOTH "}"

static struct config_error error;

/* Loads what @text, as the file "f", and @args say: the settings as JSON, or why not. */
static const char *load(const char *text, const char *const *args, char *buf, size_t size)
{
	char *argv[ARGS_MAX + 2] = {(char *)"sctpd"};
	FILE *file = fopen("f", "w");
	struct config *c = NULL;
	int argc = 1, r;

	fputs(text, file);
	fclose(file);
	for (; args[argc - 1]; argc++)
		argv[argc] = (char *)args[argc - 1];
	r = config_load(&c, argc, argv, &error);
	if (r == 0)
		snprintf(buf, size, "%s",
		         json_object_to_json_string_ext(c->json, JSON_C_TO_STRING_PLAIN |
		                                                     JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		snprintf(buf, size, "%s", error.text);
	assert_int_equal(r, *buf == '{' ? 0 : -EINVAL);
	config_free(c);
	return buf;
}

static const char *const with_file[] = {"--config", "f", NULL};

static void what_a_file_means(void **state)
{
	static const char *const rows[][2] = {
	    {"", "{" BOTH "}"},
	    {"# nothing\n\n  \t\n", "{" BOTH "}"},
	    {"udp_port = 5\n", "{\"udp_port\":5" DEFAULTS},
	    {"  udp_port=5  ", "{\"udp_port\":5" DEFAULTS},
	    {"udp_port = 0\n", "{\"udp_port\":0" DEFAULTS},
	    {"udp_port = 65535\n", "{\"udp_port\":65535" DEFAULTS},
	    {"stack = usrsctp\n", "{\"stack\":\"usrsctp\",\"runtime_dir\":\"/run/sctpd\"}"},
	    {"stack = a = b\n", "{\"stack\":\"a = b\",\"runtime_dir\":\"/run/sctpd\"}"},
	    {"raw = true\n", "{\"raw\":true" DEFAULTS},
	    {"raw = yes\n", "{\"raw\":true" DEFAULTS},
	    {"raw = on\n", "{\"raw\":true" DEFAULTS},
	    {"raw = false\n", "{\"raw\":false" DEFAULTS},
	    {"raw = no\n", "{\"raw\":false" DEFAULTS},
	    {"raw = off\n", "{\"raw\":false" DEFAULTS},
	    {"log_level = error\n", "{\"log_level\":\"error\"" DEFAULTS},
	    {"log_level = debug\n", "{\"log_level\":\"debug\"" DEFAULTS},
	    {"socket_mode = 660\n", "{\"socket_mode\":432" DEFAULTS},
	    {"socket_mode = 0660\n", "{\"socket_mode\":432" DEFAULTS},
	    {"socket_mode = 600\n", "{\"socket_mode\":384" DEFAULTS},
	    {"socket_mode = 0777\n", "{\"socket_mode\":511" DEFAULTS},
	    {"socket_mode = 622\n", "{\"socket_mode\":402" DEFAULTS},
	    {"socket_group = root\n", "{\"socket_group\":\"root\"" DEFAULTS},
	    {"bytes_in_all = 64K\n", "{\"bytes_in_all\":65536" DEFAULTS},
	    {"bytes_in_all = 64 KiB\n", "{\"bytes_in_all\":65536" DEFAULTS},
	    {"bytes_in_all = 1M\n", "{\"bytes_in_all\":1048576" DEFAULTS},
	    {"bytes_in_all = 1mib\n", "{\"bytes_in_all\":1048576" DEFAULTS},
	    {"bytes_in_all = 1G\n", "{\"bytes_in_all\":1073741824" DEFAULTS},
	    {"bytes_in_all = 1   gib\n", "{\"bytes_in_all\":1073741824" DEFAULTS},
	    {"bytes_in_all = 65536\n", "{\"bytes_in_all\":65536" DEFAULTS},
	    {"bytes_in_all = 9007199254740991\n", "{\"bytes_in_all\":9007199254740991" DEFAULTS},
	    {"bytes_in_all = 8796093022207K\n", "{\"bytes_in_all\":9007199254739968" DEFAULTS},
	    {"linger_ms = 5\n", "{\"linger_ms\":5" DEFAULTS},
	    {"linger_ms = 0s\n", "{\"linger_ms\":0" DEFAULTS},
	    {"linger_ms = 5ms\n", "{\"linger_ms\":5" DEFAULTS},
	    {"linger_ms = 5s\n", "{\"linger_ms\":5000" DEFAULTS},
	    {"linger_ms = 2min\n", "{\"linger_ms\":120000" DEFAULTS},
	    {"linger_ms = 1h\n", "{\"linger_ms\":3600000" DEFAULTS},
	    {"shutdown_timeout_ms = 3600 s\n", "{\"shutdown_timeout_ms\":3600000" DEFAULTS},
	    {"watchdog_s = 5\n", "{\"watchdog_s\":5" DEFAULTS},
	    {"watchdog_s = 5s\n", "{\"watchdog_s\":5" DEFAULTS},
	    {"watchdog_s = 2min\n", "{\"watchdog_s\":120" DEFAULTS},
	    {"watchdog_s = 24h\n", "{\"watchdog_s\":86400" DEFAULTS},
	    {"watchdog_s = 0\n", "{\"watchdog_s\":0" DEFAULTS},
	    {"clients = 1\n", "{\"clients\":1" DEFAULTS},
	    {"clients = 100000\n", "{\"clients\":100000" DEFAULTS},
	    {"udp_port = 1\nstack = auto\n# x\nraw = no\n",
	     "{\"udp_port\":1,\"stack\":\"auto\",\"raw\":false,\"runtime_dir\":\"/run/sctpd\"}"},
	    {"allow all any\nudp_port = 1\n", "{\"udp_port\":1" DEFAULTS},
	    {"runtime_dir = /a b\n", "{\"runtime_dir\":\"/a b\",\"stack\":\"auto\"}"},
	    {"clients = +5\n", "{\"clients\":5" DEFAULTS},
	    {"clients = 007\n", "{\"clients\":7" DEFAULTS},
	};
	char buf[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(load(rows[i][0], with_file, buf, sizeof(buf)), rows[i][1]);
}

static void what_is_wrong_in_a_file(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} rows[] = {
	    {"udp_port = x\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"x\""},
	    {"udp_port =\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"\""},
	    {"udp_port = -1\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got -1"},
	    {"udp_port = 65536\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got 65536"},
	    {"udp_port = 1.5\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"1.5\""},
	    {"udp_port = 5 5\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"5 5\""},
	    {"udp_port = 5K\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"5K\""},
	    {"udp_port = 0x10\n", 1, "f:1: udp_port: expected an integer from 0 to 65535, got \"0x10\""},
	    {"clients = 0\n", 1, "f:1: clients: expected an integer from 1 to 100000, got 0"},
	    {"clients = 100001\n", 1, "f:1: clients: expected an integer from 1 to 100000, got 100001"},
	    {"clients = 99999999999999999999\n", 1,
	     "f:1: clients: expected an integer from 1 to 100000, got \"99999999999999999999\""},
	    {"clients = -9223372036854775808\n", 1,
	     "f:1: clients: expected an integer from 1 to 100000, got -9223372036854775808"},
	    {"raw = 1\n", 1, "f:1: raw: expected yes or no, got \"1\""},
	    {"raw = True\n", 1, "f:1: raw: expected yes or no, got \"True\""},
	    {"raw =\n", 1, "f:1: raw: expected yes or no, got \"\""},
	    {"log_level = loud\n", 1,
	     "f:1: log_level: expected one of \"error\", \"warning\", \"info\", \"debug\", got \"loud\""},
	    {"log_level =\n", 1,
	     "f:1: log_level: expected one of \"error\", \"warning\", \"info\", \"debug\", got \"\""},
	    {"socket_mode = 0600x\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"0600x\""},
	    {"socket_mode = 60\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"60\""},
	    {"socket_mode = 66\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"66\""},
	    {"socket_mode = 6660\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"6660\""},
	    {"socket_mode = 00660\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"00660\""},
	    {"socket_mode = 1660\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"1660\""},
	    {"socket_mode = 560\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"560\""},
	    {"socket_mode = 260\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"260\""},
	    {"socket_mode = 610\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"610\""},
	    {"socket_mode = 640\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"640\""},
	    {"socket_mode = 432\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"432\""},
	    {"socket_mode =\n", 1,
	     "f:1: socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the first 6 or "
	     "7; got \"\""},
	    {"socket_group = no_such_group_here\n", 1,
	     "f:1: socket_group: there is no group \"no_such_group_here\""},
	    {"socket_group =\n", 1, "f:1: socket_group: expected at least 1 bytes, got 0"},
	    {"bytes_in_all = 63K\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got 64512 (bytes, or "
	     "with K, M, G)"},
	    {"bytes_in_all = 1T\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"1T\" (bytes, or "
	     "with K, M, G)"},
	    {"bytes_in_all = K\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"K\" (bytes, or "
	     "with K, M, G)"},
	    {"bytes_in_all = -1K\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"-1K\" (bytes, or "
	     "with K, M, G)"},
	    {"bytes_in_all = 8796093022208K\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"8796093022208K\" "
	     "(bytes, or with K, M, G)"},
	    {"bytes_in_all = 8388608G\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"8388608G\" "
	     "(bytes, or with K, M, G)"},
	    {"bytes_in_all = 1 K B\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got \"1 K B\" (bytes, "
	     "or with K, M, G)"},
	    {"bytes_in_all = 9007199254740992\n", 1,
	     "f:1: bytes_in_all: expected an integer from 65536 to 9007199254740991, got 9007199254740992 "
	     "(bytes, or with K, M, G)"},
	    {"linger_ms = 1m\n", 1,
	     "f:1: linger_ms: expected an integer from 0 to 31536000000, got \"1m\" (milliseconds, or with "
	     "s, min, h)"},
	    {"linger_ms = -1\n", 1,
	     "f:1: linger_ms: expected an integer from 0 to 31536000000, got -1 (milliseconds, or with s, "
	     "min, h)"},
	    {"linger_ms = 1K\n", 1,
	     "f:1: linger_ms: expected an integer from 0 to 31536000000, got \"1K\" (milliseconds, or with "
	     "s, min, h)"},
	    {"watchdog_s = 25h\n", 1,
	     "f:1: watchdog_s: expected an integer from 0 to 86400, got 90000 (seconds, or with min, h)"},
	    {"watchdog_s = 5ms\n", 1,
	     "f:1: watchdog_s: expected an integer from 0 to 86400, got \"5ms\" (seconds, or with min, h)"},
	    {"stack =\n", 1, "f:1: stack: expected at least 1 bytes, got 0"},
	    {"runtime_dir =\n", 1, "f:1: runtime_dir: expected at least 1 bytes, got 0"},
	    {"nonsense = 1\n", 1, "f:1: unknown setting \"nonsense\""},
	    {"udp_prt = 1\n", 1, "f:1: unknown setting \"udp_prt\"; did you mean \"udp_port\"?"},
	    {"= 1\n", 1, "f:1: unknown setting \"\""},
	    {"udp_port\n", 1,
	     "f:1: expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny"},
	    {"\n\nudp_port: 5\n", 3,
	     "f:3: expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny"},
	    {"alow all any\n", 1, "f:1: a line cannot begin with \"alow\"; did you mean \"allow\"?"},
	    {"dney all any\n", 1, "f:1: a line cannot begin with \"dney\"; did you mean \"deny\"?"},
	    {"allow\n", 1, "f:1: expected verbs: `allow VERB[,VERB...] WHO...`"},
	    {"udp_port = 1\n\nudp_port = 2\n", 3, "f:3: udp_port is set in line 1 already"},
	    {"allow all any\nallow nothing any\n", 2,
	     "f:2: there is no verb \"nothing\"; there are all, observe, listen, connect, own, offer, claim, "
	     "steal, administer"},
	    {"x\001y = 1\n", 1, "f:1: unknown setting \"x?y\""},
	    {"this_is_a_setting_of_more_than_forty_characters_that_nobody_has = 1\n", 1,
	     "f:1: unknown setting \"this_is_a_setting_of_more_than_forty_cha\""},
	    {"a line of words\n", 1,
	     "f:1: expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny"},
	    {"this_is_a_word_of_more_than_forty_characters_that_begins_no_line at all\n", 1,
	     "f:1: expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny"},
	    {"log_level = this_is_a_level_of_more_than_forty_characters_that_nobody_has_ever\n", 1,
	     "f:1: log_level: expected one of \"error\", \"warning\", \"info\", \"debug\", got "
	     "\"this_is_a_level_of_more_than_forty_characters_th\"..."},
	    {"raw = this_is_a_truth_of_more_than_forty_characters_that_nobody_has_ever\n", 1,
	     "f:1: raw: expected yes or no, got \"this_is_a_truth_of_more_than_forty_chara\""},
	};
	char buf[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(load(rows[i].text, with_file, buf, sizeof(buf)), rows[i].why);
		assert_string_equal(error.file, "f");
		assert_int_equal(error.line, rows[i].line);
	}
}

/* The command line wins, wherever the file stands in it. */
static void what_a_command_line_means(void **state)
{
	static const struct {
		const char *args[ARGS_MAX];
		const char *text, *result;
	} rows[] = {
	    {{"--udp-port", "7"}, "udp_port = 5\n", "{\"udp_port\":7" DEFAULTS},
	    {{"--config", "f", "--udp-port", "7"}, "udp_port = 5\n", "{\"udp_port\":7" DEFAULTS},
	    {{"--udp-port", "7", "--config", "f", "--stack", "b"},
	     "udp_port = 5\nstack = a\nraw = yes\n",
	     "{\"udp_port\":7,\"stack\":\"b\",\"raw\":true,\"runtime_dir\":\"/run/sctpd\"}"},
	    {{"--log-level", "debug"}, "", "{\"log_level\":\"debug\"" DEFAULTS},
	    {{"--runtime-dir", "/x"}, "", "{\"runtime_dir\":\"/x\",\"stack\":\"auto\"}"},
	    {{"--config", "f", "--config", "f"}, "udp_port = 5\n", "{\"udp_port\":5" DEFAULTS},
	    {{"--udp-port=9"}, "", "{\"udp_port\":9" DEFAULTS},
	    {{"--udp-port", "1", "--udp-port", "2"}, "", "{\"udp_port\":2" DEFAULTS},
	    {{"--udp-port", "x"}, "", "--udp-port: udp_port: expected an integer from 0 to 65535, got \"x\""},
	    {{"--stack", ""}, "", "--stack: stack: expected at least 1 bytes, got 0"},
	    {{"--log-level", "loud"},
	     "",
	     "--log-level: log_level: expected one of \"error\", \"warning\", \"info\", \"debug\", got "
	     "\"loud\""},
	    {{"x"}, "", "unexpected argument `x'; try `sctpd --help'"},
	    {{"--udp-port", "7", "y", "z"}, "", "unexpected argument `y'; try `sctpd --help'"},
	    {{"--config", "none"}, "", "none: No such file or directory"},
	    {{"--config", "d"}, "", "d: it cannot be read"},
	    {{"--config", "f", "--udp-port", "-1"},
	     "udp_port = 5\n",
	     "--udp-port: udp_port: expected an integer from 0 to 65535, got -1"},
	};
	char buf[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(load(rows[i].text, rows[i].args, buf, sizeof(buf)), rows[i].result);
		assert_int_equal(error.line, 0);
	}
}

/* In the struct is what the text says, or the setting's own value. */
static void what_is_decoded(void **state)
{
	static const char text[] =
	    "log_level = error\nraw = yes\nsocket_mode = 600\nlinger_ms = 2s\nstack = b\n";
	static const char *const levels[] = {"error", "warning", "info", "debug"};
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
	char *argv[] = {(char *)"sctpd", (char *)"--config", (char *)"f", (char *)"--log-level", NULL, NULL};
	char buf[1024];
	struct config *c;

	(void)state;
	load(text, with_file, buf, sizeof(buf));
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		argv[4] = (char *)levels[i];
		assert_int_equal(config_load(&c, 5, argv, &error), 0);
		assert_int_equal(config_log_priority(c), priorities[i]);
		assert_true(c->raw);
		assert_int_equal(c->socket_mode, 0600);
		assert_int_equal(c->linger_ms, 2000);
		assert_string_equal(c->stack, "b");
		assert_string_equal(c->runtime_dir, "/run/sctpd");
		assert_int_equal(c->udp_port, 9899);
		assert_int_equal(c->clients, 4096);
		assert_non_null(c->access);
		assert_int_equal(c->argc, 5);
		config_free(c);
	}
	config_free(NULL);
}

/* What a client is told is one line of UTF-8, whatever the file is called. */
static void a_file_of_any_name(void **state)
{
	static const char *const names[][2] = {
	    {"a\nb", "a?b:1: "}, {"\xc3\xa4\x1b", "\xc3\xa4?:1: "}, {"\xff\xc3\xa4", "???:1: "}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char *argv[] = {(char *)"sctpd", (char *)"--config", (char *)names[i][0], NULL};
		FILE *file = fopen(names[i][0], "w");
		struct config *c = NULL;

		fputs("nonesuch = 1\n", file);
		fclose(file);
		assert_int_equal(config_load(&c, 3, argv, &error), -EINVAL);
		if (strncmp(error.text, names[i][1], strlen(names[i][1])) != 0)
			fail_msg("%s", error.text);
		unlink(names[i][0]);
	}
}

/* What asks for no daemon gets none, and no error. */
static void what_asks_for_no_daemon(void **state)
{
	static const char *const words[] = {"--check", "--rules", "--help", "--version", "--openrpc"};
	int saved = dup(STDOUT_FILENO);
	struct config *c = NULL;

	(void)state;
	fflush(stdout);
	assert_non_null(freopen("/dev/null", "w", stdout));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char *argv[] = {(char *)"sctpd", (char *)words[i], (char *)"x", NULL};

		assert_int_equal(config_load(&c, 3, argv, &error),
		                 strcmp(words[i], "--openrpc") ? CONFIG_DONE : CONFIG_OPENRPC);
		assert_null(c);
		assert_string_equal(error.text, "");
	}
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

/* In a directory of its own, with nothing of the environment. */
static int begin(void **state)
{
	static char directory[] = "/tmp/test_config.XXXXXX";

	unsetenv("XDG_RUNTIME_DIR");
	*state = directory;
	return !mkdtemp(directory) || chdir(directory) < 0 || mkdir("d", 0700) < 0;
}

static int end(void **state)
{
	return unlink("f") < 0 || rmdir("d") < 0 || chdir("/") < 0 || rmdir(*state) < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_file_means),         cmocka_unit_test(what_is_wrong_in_a_file),
	    cmocka_unit_test(what_a_command_line_means), cmocka_unit_test(what_is_decoded),
	    cmocka_unit_test(a_file_of_any_name),        cmocka_unit_test(what_asks_for_no_daemon),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
