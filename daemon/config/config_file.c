/* The configuration file, line by line: settings and rules. */
#include "config/config_file.h"

#include "proto/utf8.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An error message repeats at most so many bytes of a line. */
#define ECHO_MAX 40
#define ECHO(w)  (int)utf8_cut(w, strlen(w), ECHO_MAX), w

/* --- names --- */

/* getpwnam(3) and getgrnam(3) have many errno values for a missing name. */
static int not_found(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM ? -ENOENT
	                                                                                           : -error;
}

static int find_user(const char *name, uid_t *ret)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (!user)
		return not_found(errno);
	*ret = user->pw_uid;
	return 0;
}

static int find_group(const char *name, gid_t *ret)
{
	const struct group *group;

	errno = 0;
	group = getgrnam(name);
	if (!group)
		return not_found(errno);
	*ret = group->gr_gid;
	return 0;
}

const struct access_names *config_names(void)
{
	static struct access_names names = {find_user, find_group, 0};

	names.self = geteuid();
	return &names;
}

/* --- mistakes --- */

void config_reader_clear(struct config_reader *reader)
{
	json_object_put(reader->json);
	json_object_put(reader->lines);
	access_free(reader->access);
}

/* Copies a file name as UTF-8, because clients may be told of it. */
static void copy_name(const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "%.*s", (int)utf8_cut(name, strlen(name), size - 1), name);
	if (!utf8_valid(buf, strlen(buf)))
		for (char *c = buf; *c; c++)
			*c = *c & 0x80 ? '?' : *c;
	utf8_clean(buf);
}

int config_fail(struct config_reader *reader, const char *place, unsigned line, const char *format, ...)
{
	struct config_error *error = reader->error;
	char why[400], where[280] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	why[utf8_cut(why, strlen(why), sizeof(why) - 2)] = '\0';
	if (line)
		snprintf(where, sizeof(where), "%s:%u: ", place, line);
	else if (place)
		snprintf(where, sizeof(where), "%s: ", place);
	copy_name(place ? place : "", error->file, sizeof(error->file));
	error->line = line;
	snprintf(error->text, sizeof(error->text), "%s%s", where, why);
	utf8_clean(error->text);
	return -EINVAL;
}

/* --- settings --- */

/* The suffixes that a number may have, by the unit of its setting. */
static const struct suffix {
	const char *unit, *text;
	uint64_t factor;
} suffixes[] = {
    {"bytes", "K", 1024},
    {"bytes", "KiB", 1024},
    {"bytes", "M", 1024 * 1024},
    {"bytes", "MiB", 1024 * 1024},
    {"bytes", "G", 1024 << 20},
    {"bytes", "GiB", 1024 << 20},
    {"ms", "ms", 1},
    {"ms", "s", 1000},
    {"ms", "min", 60 * 1000},
    {"ms", "h", 3600 * 1000},
    {"s", "s", 1},
    {"s", "min", 60},
    {"s", "h", 3600},
};

/* The factor of the suffix @text; 0: @unit has no such suffix. */
static uint64_t suffix_factor(const char *unit, const char *text)
{
	for (size_t i = 0; unit && i < ARRAY_SIZE(suffixes); i++)
		if (strcmp(suffixes[i].unit, unit) == 0 && strcasecmp(suffixes[i].text, text) == 0)
			return suffixes[i].factor;
	return 0;
}

/* A number, with a suffix if the setting has a unit; a string if @text is no number. */
static struct json_object *number_from_text(const struct shape *row, const char *text)
{
	uint64_t factor = 1;
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (!*text || end == text || errno || isspace((unsigned char)*text))
		return json_object_new_string(text);
	while (*end == ' ')
		end++;
	if (*end)
		factor = number < 0 ? 0 : suffix_factor(row->unit, end);
	if (!factor || (number > 0 && (uint64_t)number > SHAPE_MAX_INTEGER / factor))
		return *end ? json_object_new_string(text) : json_object_new_int64(number);
	return json_object_new_int64(number * (long long)factor);
}

static struct json_object *bool_from_text(const char *text)
{
	static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0)
			return json_object_new_boolean(strcmp(text, yes[i]) == 0);
	return json_object_new_string(text);
}

/* An octal mode, as for chmod(1). Connecting to a socket needs write permission, so a digit of 1, 4 or 5
 * cannot be meant as octal; a decimal number is more likely. */
static struct json_object *mode_from_text(const char *text)
{
	size_t len = strlen(text);
	const char *digits = len == 4 && *text == '0' ? text + 1 : text;

	if (strlen(digits) != 3 || strspn(digits, "0267") != 3 || *digits < '6')
		return json_object_new_string(text);
	return json_object_new_int64(strtol(digits, NULL, 8));
}

/* The value of @text by the type of the setting; a string if @text has another type, which the rows then
 * refuse. */
static struct json_object *value_from_text(const struct shape *row, const char *text)
{
	if (strcmp(row->name, "socket_mode") == 0)
		return mode_from_text(text);
	if (row->kind == SHAPE_UINT)
		return number_from_text(row, text);
	return row->kind == SHAPE_BOOL ? bool_from_text(text) : json_object_new_string(text);
}

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

/* NULL: there is no such setting, and the mistake is noted. */
static const struct shape *find_setting(struct config_reader *reader, const char *name, const char *place,
                                        unsigned line)
{
	const char *meant;

	for (const struct shape *row = config_rows; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	meant = shape_suggest(config_rows, name);
	config_fail(reader, place, line,
	            meant ? "unknown setting \"%.*s\"; did you mean \"%s\"?" : "unknown setting \"%.*s\"",
	            ECHO(name), meant);
	return NULL;
}

/* How a number of the setting may be written, for the error message. */
static const char *units_of(const struct shape *row)
{
	if (!row->unit)
		return "";
	if (strcmp(row->unit, "bytes") == 0)
		return " (bytes, or with K, M, G)";
	return strcmp(row->unit, "s") == 0 ? " (seconds, or with min, h)"
	                                   : " (milliseconds, or with s, min, h)";
}

/* The rows give the type of the value; this adds how to write it. */
static int wrong_value(struct config_reader *reader, const struct shape *row, const char *text,
                       const struct shape_error *error, const char *place, unsigned line)
{
	if (strcmp(row->name, "socket_mode") == 0)
		return config_fail(
		    reader, place, line,
		    "socket_mode: expected permissions in octal, as 0660: digits 0, 2, 6 or 7, the "
		    "first 6 or 7; got \"%.*s\"",
		    ECHO(text));
	if (row->kind == SHAPE_BOOL)
		return config_fail(reader, place, line, "%s: expected yes or no, got \"%.*s\"", row->name,
		                   ECHO(text));
	return config_fail(reader, place, line, "%s%s", error->message, units_of(row));
}

static int check_group(struct config_reader *reader, const char *name, const char *text, const char *place,
                       unsigned line)
{
	gid_t gid;

	if (strcmp(name, "socket_group") != 0 || find_group(text, &gid) == 0)
		return 0;
	return config_fail(reader, place, line, "socket_group: there is no group \"%.*s\"", ECHO(text));
}

int config_set(struct config_reader *reader, const char *name, const char *text, const char *place,
               unsigned line)
{
	const struct shape *row = find_setting(reader, name, place, line);
	struct json_object *one;
	struct shape_error error;
	struct config scratch;
	int r;

	if (!row)
		return -EINVAL;
	one = json_object_new_object();
	json_object_object_add(one, name, value_from_text(row, text));
	if (shape_decode(config_rows, one, &scratch, &error) < 0)
		r = wrong_value(reader, row, text, &error, place, line);
	else
		r = check_group(reader, name, text, place, line);
	if (r == 0)
		json_object_object_add(reader->json, name,
		                       json_object_get(json_object_object_get(one, name)));
	json_object_put(one);
	return r;
}

static int set_once(struct config_reader *reader, const char *name, const char *text, const char *file,
                    unsigned line)
{
	struct json_object *before;

	if (json_object_object_get_ex(reader->lines, name, &before))
		return config_fail(reader, file, line, "%s is set in line %d already", name,
		                   json_object_get_int(before));
	json_object_object_add(reader->lines, name, json_object_new_int(line));
	return config_set(reader, name, text, file, line);
}

/* --- lines --- */

static int read_rule(struct config_reader *reader, const char *text, const char *file, unsigned line)
{
	char where[280], why[256];

	if (!reader->access)
		reader->access = access_new();
	if (!reader->access)
		return config_fail(reader, file, line, "no memory");
	snprintf(where, sizeof(where), "%s:%u", file, line);
	if (access_add(reader->access, text, where, config_names(), why, sizeof(why)) == 0)
		return 0;
	return config_fail(reader, file, line, "%s", why);
}

static int wrong_line(struct config_reader *reader, char *text, const char *file, unsigned line)
{
	static const struct shape first_words[] = {
	    {.name = "allow", .kind = SHAPE_BOOL}, {.name = "deny", .kind = SHAPE_BOOL}, {0}};
	const char *meant;

	text[strcspn(text, " \t")] = '\0';
	meant = shape_suggest(first_words, text);
	if (meant)
		return config_fail(reader, file, line,
		                   "a line cannot begin with \"%.*s\"; did you mean \"%s\"?", ECHO(text),
		                   meant);
	return config_fail(reader, file, line,
	                   "expected `name = value`, or a rule: `allow VERB[,VERB...] WHO...`, or deny");
}

static int read_line(struct config_reader *reader, char *text, size_t len, const char *file, unsigned line)
{
	char *equals;

	if (strlen(text) != len || !utf8_valid(text, len))
		return config_fail(reader, file, line, "the line is not UTF-8 text");
	text = trim(text);
	if (!*text || *text == '#')
		return 0;
	if (access_is_rule(text))
		return read_rule(reader, text, file, line);
	equals = strchr(text, '=');
	if (!equals)
		return wrong_line(reader, text, file, line);
	*equals = '\0';
	return set_once(reader, trim(text), trim(equals + 1), file, line);
}

int config_read_file(struct config_reader *reader, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, name[256];
	size_t size = 0;
	ssize_t len;
	int r = 0;

	copy_name(path, name, sizeof(name));
	if (!file)
		return config_fail(reader, name, 0, "%s", strerrordesc_np(errno));
	json_object_put(reader->lines);
	reader->lines = json_object_new_object();
	for (unsigned n = 1; r == 0 && (len = getline(&line, &size, file)) >= 0; n++)
		r = read_line(reader, line, len, name, n);
	if (r == 0 && ferror(file))
		r = config_fail(reader, name, 0, "it cannot be read");
	free(line);
	fclose(file);
	return r;
}
