# The words of C stand in the schema, so that a new state or operation can't meet a CHECK that has never
# heard of it when money is under way.
#
#	awk -f words.awk words.table bot/io/schema.sql HEADER...

function listed(text, to, prefix)
{
	while (match(text, /'[^']*'/)) {
		to[prefix substr(text, RSTART + 1, RLENGTH - 2)]
		text = substr(text, RSTART + RLENGTH)
	}
}

# --- words.table ---

FILENAME ~ /words\.table$/ {
	if ($0 !~ /^#/ && split($0, column, / *\| */) == 3) {
		split(column[2], list, " ")
		row = column[1] " " list[1]
		columns[row] = columns[row] " " column[3]
		argument[row] = list[2]
	}
	next
}

# --- the schema: allowed["cases.state OPENED"] ---

FILENAME ~ /\.sql$/ {
	sub(/--.*/, "")
	if (/^CREATE TABLE /)
		table = $3
	else if (/^\)/)
		table = ""
	if (table == "")
		next
	if (/CHECK \([a-z_]+ IN \(/) {
		match($0, /CHECK \([a-z_]+ IN/)
		name = table "." substr($0, RSTART + 7, RLENGTH - 10)
	}
	if (name != "") {
		listed($0, allowed, name " ")
		checked[name]
	}
	if (/\)\)/)
		name = ""
	next
}

# --- the headers: one list after the other ---

function check_word(word,    names, count, i)
{
	seen[row]
	count = split(columns[row], names, " ")
	for (i = 1; i <= count; i++)
		if (!((names[i] " " word) in allowed))
			print FILENAME ":" FNR ": " word " is no " names[i] \
				" of bot/io/schema.sql: put it into the CHECK there"
}

function check_line(line,    inside, parts)
{
	while (match(line, /X\([^)]*\)/)) {
		inside = substr(line, RSTART + 2, RLENGTH - 3)
		line = substr(line, RSTART + RLENGTH)
		split(inside, parts, /, */)
		gsub(/"/, "", parts[argument[row] + 1])
		check_word(parts[argument[row] + 1])
	}
}

/^#define [A-Z_]+\(X\)/ {
	row = FILENAME " " substr($2, 1, index($2, "(") - 1)
	if (!(row in columns))
		row = ""
	sub(/^#define [A-Z_]+\(X\)/, "")
}

row != "" {
	check_line($0)
	if (!/\\$/)
		row = ""
}

END {
	for (row in columns)
		if (!(row in seen))
			print "tests/check/words.table:1: " row " is not found: correct its row"
}
