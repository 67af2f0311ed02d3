# A function is a page at most; what is longer is a table, or should be more than one function.
#
#	awk -f c.awk -f functions.awk FILE...
#
# A function is a name at the beginning of a line, down to the closing brace there.  It is a table when
# most of its lines end in a comma, or are the cases of a switch.

function ends()
{
	if (FNR - begin + 1 > 70 && 2 * rows < FNR - begin)
		print FILENAME ":" begin ": " name "() has " FNR - begin + 1 \
			" lines, 70 are the most: give its parts names"
	name = ""
}

FNR == 1 { name = "" }

{
	line = code($0)
	if (line ~ /^[a-z_0-9]+\(/ && line !~ /;[ \t]*$/) {
		name = substr(line, 1, index(line, "(") - 1)
		begin = FNR
		rows = 0
	} else if (name != "" && line ~ /(,|^[ \t]*case .*:)[ \t]*$/) {
		rows++
	} else if (name != "" && line ~ /^}/) {
		ends()
	}
}
