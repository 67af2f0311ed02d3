/*
 * Feeds every file of a folder to a fuzz target, without libFuzzer: the part of fuzzing that runs in
 * `make test`.
 *
 *	build/tests/fuzz/NAME tests/fuzz/corpus/NAME     or single files
 *
 * The inputs are fed in a child, which says in shared memory how far it came.  When it dies, that
 * input has failed and another child goes on behind it.  Says "N passed, N failed", where N are
 * inputs; the last sanitizer's word is on the lines before.
 */
#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

enum { INPUTS_MAX = 4096, PATH_SIZE = 512 };

struct inputs {
	size_t count;
	char *paths[INPUTS_MAX];
};

static void
add(struct inputs *inputs, const char *path)
{
	ensure(inputs->count < INPUTS_MAX);
	inputs->paths[inputs->count] = strdup(path);
	ensure(inputs->paths[inputs->count] != NULL);
	inputs->count++;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
add_all(struct inputs *inputs, const char *path)
{
	struct stat status;
	struct dirent **entries;
	if (stat(path, &status) != 0)
		return false;
	if (!S_ISDIR(status.st_mode)) {
		add(inputs, path);
		return true;
	}
	int count = scandir(path, &entries, is_visible, alphasort);
	for (int i = 0; i < count; i++) {
		char file[PATH_SIZE];
		ensure(text_format(file, sizeof(file), "%s/%s", path, entries[i]->d_name));
		add(inputs, file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return count > 0;
}

static void
feed(const char *path)
{
	FILE *file = fopen(path, "rb");
	ensure(file != NULL && fseek(file, 0, SEEK_END) == 0);
	long size = ftell(file);
	ensure(size >= 0);
	rewind(file);
	uint8_t *bytes = malloc((size_t)size);
	ensure(fread(bytes, 1, (size_t)size, file) == (size_t)size);
	fclose(file);
	ensure(LLVMFuzzerTestOneInput(bytes, (size_t)size) == 0);
	free(bytes);
}

/* Feeds from `*next` on; true when the child came to the end. */
static bool
feed_in_child(const struct inputs *inputs, volatile size_t *next)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	ensure(child >= 0);
	if (child == 0) {
		for (; *next < inputs->count; (*next)++)
			feed(inputs->paths[*next]);
		exit(0); /* where a sanitizer looks for leaks */
	}
	ensure(waitpid(child, &status, 0) == child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int
main(int argc, char **argv)
{
	static struct inputs inputs;
	size_t failed = 0;
	for (int i = 1; i < argc; i++) {
		if (!add_all(&inputs, argv[i])) {
			fprintf(stderr, "%s: no input is there\n", argv[i]);
			return 2;
		}
	}
	volatile size_t *next = mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE,
	                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ensure((void *)(uintptr_t)next != MAP_FAILED && inputs.count > 0);
	while (*next < inputs.count && !feed_in_child(&inputs, next)) {
		bool all_fed = *next == inputs.count; /* then it died of what they left behind */
		printf("FAILED %s\n", all_fed ? "at the end: a leak?" : inputs.paths[*next]);
		failed++;
		*next += !all_fed;
	}
	for (size_t i = 0; i < inputs.count; i++)
		free(inputs.paths[i]);
	printf("%zu passed, %zu failed\n", inputs.count - failed, failed);
	return failed > 0;
}
