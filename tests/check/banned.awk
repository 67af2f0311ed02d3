# Every file of C is compiled behind bot/base/banned.h.
#
#	make -nB ... | awk -f banned.awk - FILE...
#
# Standard input is what make would run; the files are only named.

BEGIN {
	for (i = 2; i < ARGC; i++) {
		wanted[ARGV[i]]
		delete ARGV[i]
	}
}

function source_of(word)
{
	return word ~ /^(bot|channels|tools|tests)\/.*\.c$/
}

/^(gcc|cc|clang|[^ ]*\/(gcc|cc|clang)) / {
	for (i = 1; i <= NF; i++)
		if (source_of($i) && / -include bot\/base\/banned\.h /)
			behind[$i]
		else if (source_of($i))
			print $i ":1: is compiled without -include bot/base/banned.h: use ALL_CFLAGS in the Makefile"
}

END {
	for (file in wanted)
		if (!(file in behind))
			print file ":1: is not compiled by make: remove it, or put it into the Makefile"
}
