# Layers, and one room for each big library.
#
#	awk -f c.awk -f includes.awk includes.table FILE...

NR == FNR {
	if ($0 !~ /^#/ && NF > 1) {
		key = $1
		$1 = ""
		may[key] = $0 " "
	}
	next
}

# The longest row that `name` begins with; "" when there is none.
function row_of(name,    key, longest)
{
	for (key in may)
		if (index(name, key) == 1 && length(key) > length(longest))
			longest = key
	return longest
}

# Does one of the words of `list` stand at the beginning of `name`?
function begins_with_one(name, list,    words, count, i)
{
	count = split(list, words, " ")
	for (i = 1; i <= count; i++)
		if (words[i] == "anybody" || index(name, words[i]) == 1)
			return 1
	return 0
}

function is_own(name,    file, header)
{
	file = FILENAME
	header = name
	sub(/\.[ch]$/, "", file)
	sub(/\.h$/, "", header)
	return file == header || file == "bot/" header
}

function check_ours(name,    row)
{
	row = row_of(FILENAME)
	if (row == "") {
		broken("lies in no room of the house: move it, or give its room a row in tests/check/includes.table")
		return
	}
	if (begins_with_one(name, may[row]) || (index(may[row], " own ") && is_own(name)))
		return
	broken("includes \"" name "\", but " row " may include only:" may[row] \
		"; move what it needs down, or pass it in")
}

function check_foreign(name,    row)
{
	row = row_of(name)
	if (!begins_with_one(FILENAME, may[row]))
		broken("includes " name ", which is only for:" may[row] "; use what those rooms offer")
}

{
	line = code($0)
	if (at_line_start || $0 !~ /^[ \t]*#[ \t]*include/)
		next
	name = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
	if (name ~ /^"/)
		check_ours(substr(name, 2, index(substr(name, 2), "\"") - 1))
	else if (name ~ /^</)
		check_foreign(substr(name, 1, index(name, ">")))
	else
		broken("includes by a macro: write the header's name")
}
