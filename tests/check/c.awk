# What of a line of C is code.  Loaded in front of every rule that reads C.
#
# code(LINE) gives the line without its comments and without what stands in quotes.  It remembers a
# comment that goes on, so it must see every line of a file in order.  `at_line_start` tells whether the
# line began inside a comment.

FNR == 1 { in_comment = 0 }

function after_quote(line, quote)
{
	if (quote == "\"")
		match(line, /^([^"\\]|\\.)*"/)
	else
		match(line, /^([^'\\]|\\.)*'/)
	return RSTART > 0 ? substr(line, RLENGTH + 1) : ""
}

function code(line,    kept, mark)
{
	at_line_start = in_comment
	for (;;) {
		if (in_comment) {
			if (!index(line, "*/"))
				return kept
			line = substr(line, index(line, "*/") + 2)
			in_comment = 0
		}
		if (!match(line, /["']|\/\*|\/\//))
			return kept line
		mark = substr(line, RSTART, RLENGTH)
		kept = kept substr(line, 1, RSTART - 1)
		line = substr(line, RSTART + RLENGTH)
		if (mark == "//")
			return kept
		if (mark == "/*") {
			in_comment = 1
		} else {
			kept = kept mark mark
			line = after_quote(line, mark)
		}
	}
}

function broken(what)
{
	print FILENAME ":" FNR ": " what
}
