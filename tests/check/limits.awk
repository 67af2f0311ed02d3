# Every ceiling of limits.h has its row in the table, and every row its ceiling and its test.
#
#	awk -f limits.awk tests/limits/table bot/base/limits.h

function trimmed(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# Is there a test of that name in the file, and does the file name the limit?
function has_test(file, name, limit,    line, test, named) {
	while ((getline line <file) > 0) {
		if (index(line, name "(void **state)") == 1)
			test = 1
		if (line ~ "(^|[^A-Z_])" limit "([^A-Z_]|$)")
			named = 1
	}
	close(file)
	return test && named
}

FNR == NR && /^[A-Z]/ {
	count = split($0, part, "|")
	limit = trimmed(part[1])
	row[limit] = FNR
	table = FILENAME
	if (count != 3 || trimmed(part[3]) == "")
		print FILENAME ":" FNR ": wants LIMIT | FILE | TEST, or LIMIT | - | why there is none"
	else if (trimmed(part[2]) != "-" && !has_test(trimmed(part[2]), trimmed(part[3]), limit))
		print FILENAME ":" FNR ": no test " trimmed(part[3]) " of " limit " in " trimmed(part[2])
	next
}

FNR != NR && match($0, /^\t[A-Z_]+ = /) {
	limit = substr($0, 2, RLENGTH - 4)
	is_limit[limit] = 1
	if (!(limit in row))
		print FILENAME ":" FNR ": " limit " has no row in tests/limits/table: name its test there"
}

END {
	for (limit in row)
		if (!(limit in is_limit))
			print table ":" row[limit] ": " limit " is no limit of bot/base/limits.h"
}
