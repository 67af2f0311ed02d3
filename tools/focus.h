/*
 * focus.
 */
#ifndef TOOLS_FOCUS_H
#define TOOLS_FOCUS_H

struct tool;
extern const struct tool tool_focus;

#endif
