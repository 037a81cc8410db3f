# awk -f man_settings.awk configuration.md sctpd.conf.5.in: the page, with the table of settings in place of @SETTINGS@.
function man(text) {
	gsub(/\\/, "\\e", text)
	while (match(text, /\[[^]]*\]\([^)]*\)/))
		text = substr(text, 1, RSTART - 1) substr(text, RSTART + 1, index(substr(text, RSTART), "]") - 2) substr(text, RSTART + RLENGTH)
	while (match(text, /`[^`]*`/))
		text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
	gsub(/-/, "\\-", text)
	return text
}
FNR == NR {
	if ($0 ~ /^\| `/) rows[++n] = $0
	next
}
/^@SETTINGS@$/ {
	for (i = 1; i <= n; i++) {
		split(rows[i], cell, / *\| */)
		name = cell[2]
		gsub(/`/, "", name)
		printf ".TP\n.B %s\n%s\n", name, "Default: " man(cell[3]) "."
		if (cell[4] != "") printf "%s.\n", man(cell[4])
	}
	next
}
{ print }
