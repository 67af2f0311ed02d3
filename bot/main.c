/*
 * The commands.
 */
int
main(void)
{
	return 2;
}
