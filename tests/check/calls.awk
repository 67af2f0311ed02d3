# Clock, chance, files, sockets and the rest: each has its room, and some have none.
#
#	awk -f c.awk -f calls.awk calls.table FILE...
#
# A call is a name with a parenthesis behind it.  It is the C library's unless the file defines a function
# of that name, was given a pointer of that name, or means a member (x.read(), x->read()).

NR == FNR {
	if (match($0, /^\[[^\]]*\] /)) {
		these_rooms = substr($0, 2, RLENGTH - 3)
		this_advice = substr($0, RLENGTH + 1)
	} else if (/^\t/) {
		for (i = 1; i <= NF; i++) {
			rooms[$i] = these_rooms
			instead[$i] = this_advice
		}
	}
	next
}

FNR == 1 { split("", own) }

function in_one_of(list,    words, count, i)
{
	count = split(list, words, " ")
	for (i = 1; i <= count; i++)
		if (index(FILENAME, words[i]) == 1)
			return 1
	return 0
}

function check_call(name, before)
{
	if (before == "")
		own[name]
	if (!(name in instead) || (name in own) || before ~ /(\.|->)[ \t]*$/)
		return
	if (!in_one_of(rooms[name]))
		broken("calls " name "(): " instead[name])
}

{
	line = code($0)
	if (line ~ /^[ \t]*#[ \t]*undef[ \t]+rand/)
		broken("takes a ban back: what bot/base/banned.h bans stays banned")
	if (match(line, /\(\*[a-z_0-9]+\)\(/))
		own[substr(line, RSTART + 2, RLENGTH - 4)]
	before = ""
	while (match(line, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
		name = substr(line, RSTART, RLENGTH)
		sub(/[ \t]*\($/, "", name)
		check_call(name, before substr(line, 1, RSTART - 1))
		before = before substr(line, 1, RSTART + RLENGTH - 1)
		line = substr(line, RSTART + RLENGTH)
	}
}
