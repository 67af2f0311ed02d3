# The schema explains itself: every column says in a comment what it holds, every table is STRICT.
#
#	awk -f schema.awk bot/io/schema.sql
#
# An entry of a table may take several lines; its comment may stand on any of them.

function broken(line, what)
{
	print FILENAME ":" line ": " what
}

function depth_of(text,    opened, closed)
{
	gsub(/'[^']*'/, "", text)
	opened = gsub(/\(/, "", text)
	closed = gsub(/\)/, "", text)
	return opened - closed
}

function is_constraint(text)
{
	return text ~ /^[ \t]*(CHECK|PRIMARY|FOREIGN|UNIQUE|CONSTRAINT)[ (]/
}

function entry_ends()
{
	if (entry != "" && !commented && !is_constraint(entry))
		broken(begin, table "." entry " has no comment: say what it holds, and its unit")
	entry = ""
}

/^CREATE TABLE / {
	table = $3
	depth = 1
	entry = ""
	next
}

table != "" && /^\)/ {
	entry_ends()
	if (!/STRICT/)
		broken(FNR, "table " table " is not STRICT: SQLite would take a text for an amount")
	table = ""
}

table != "" {
	sql = $0
	sub(/--.*/, "", sql)
	if (sql ~ /^[ \t]*$/)
		next
	if (entry == "") {
		begin = FNR
		commented = 0
		entry = $1
		if (is_constraint(sql))
			entry = "CHECK "
	}
	commented = commented || /--[ ]*[^ ]/
	depth += depth_of(sql)
	if (depth == 1 && sql ~ /,[ \t]*$/)
		entry_ends()
}
