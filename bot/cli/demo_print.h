/*
 * How the demonstration looks: a chat with the customer on the left and the shop on the
 * right, a card, and the steps with their times.
 */
#ifndef CLI_DEMO_PRINT_H
#define CLI_DEMO_PRINT_H

#include <jansson.h>

void demo_print_title(void);
void demo_print_heading(const char *text);
void demo_print_indented(const char *text);

/* `chat` is what /sandbox/chat gives. */
void demo_print_chat(const char *title, const json_t *chat);

/* The refund's card, its four steps and whose time they took, from the data folder. */
void demo_print_refund(const char *data, const char *order);

void demo_print_end(int promises, int broken);

#endif
