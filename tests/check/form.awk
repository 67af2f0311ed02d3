# How a file looks where clang-format has no say.
#
#	awk -f c.awk -f form.awk FILE...
#
# It opens with the comment that tells its story; no line is wider than a screen or ends in blanks.  In C,
# statements are indented with tabs, comments are /* */, a struct is called a struct; and nowhere is
# anything left for later.

function columns(line,    parts, count, i, width)
{
	gsub(/[\200-\277]/, "", line) # a character of UTF-8 counts once
	count = split(line, parts, "\t")
	width = length(parts[1])
	for (i = 2; i <= count; i++)
		width = width - width % 8 + 8 + length(parts[i])
	return width
}

# --- the story ---

function story_ends(file)
{
	if (file != "" && story_lines < story_needs)
		print file ":1: opens without its story: a comment from line 1 on that says what the file is for"
}

FNR == 1 {
	story_ends(file)
	file = FILENAME
	in_c = file ~ /\.[ch]$/
	story_begins = in_c ? "^/\\*" : file ~ /\.sql$/ ? "^--" : "^#"
	story_needs = in_c ? 3 : 2
	story_lines = 0
	in_story = $0 ~ story_begins
	statement_ended = 1
}

in_story {
	if (in_c || $0 ~ story_begins)
		story_lines++
	in_story = in_c ? !/\*\// : $0 ~ story_begins
}

# --- every line ---

{
	if (columns($0) > 120)
		broken("has " columns($0) " columns: break it before 100, at most 120")
	if (/[ \t]$/)
		broken("ends in blanks: remove them")
	if (/^ +\t/)
		broken("has blanks in front of a tab: indent with tabs")
	words = $0
	gsub(/"([^"\\]|\\.)*"/, "", words)
	if ((" " words " ") ~ /[^A-Za-z](TO[D]O|FIX[M]E|XX[X])[^A-Za-z]/)
		broken("leaves something for later: do it, or say in words what the limit is")
}

# --- every line of C ---

in_c {
	line = code($0)
	if (statement_ended && !at_line_start && line ~ /^\t*  +[^ ]/ && line !~ /^[ \t]*\*/)
		broken("begins a statement with blanks: indent with tabs")
	if (!at_line_start && line != $0 && index($0, line "//") == 1)
		broken("comments with //: write /* */")
	if (line ~ /typedef[ \t]+(struct|enum|union)[^(]*$/)
		broken("hides a struct behind a typedef: call it what it is")
	if (line ~ /[^ \t]/)
		statement_ended = line ~ /[;{}][ \t]*$/ && line !~ /(^|[^a-z_])for \([^)]*;[ \t]*$/
}

END { story_ends(file) }
