/*
 * omie.
 */
#ifndef TOOLS_OMIE_H
#define TOOLS_OMIE_H

struct tool;
extern const struct tool tool_omie;

#endif
