/*
 * A yes moves money.  So beside the answers themselves, what must hold of all of them is tried on
 * each: one strange word, a question, a condition, a number or a refusal, and it is no yes any more.
 */
#include "tests/test.h"

#include "refund/understand.h"
#include "tests/locale.h"
#include "tests/score.h"

#define COUNT(list) (sizeof(list) / sizeof(list[0]))

static const char *const yeses[] = {
	"sim",
	"SIIIM!!",
	"s",
	"ss",
	"sim, por favor",
	"sim pode fazer",
	"pode devolver",
	"pode estornar no mesmo pix",
	"confirmo",
	"autorizo o estorno",
	"isso mesmo",
	"ok",
	"blz, manda",
	"claro que sim",
	"com certeza, obrigada",
	"tá bom",
	"quero sim",
	"não tem problema, pode fazer",
	"sem problema nenhum, devolve",
	"até que enfim, sim!",
	"sim\npode mandar",
	"👍",
	"👍🏽",
	"✅",
	"sim 🙏",
	"uai, manda",
	"é isso mesmo, pode confirmar",
	"sim, é esse pix mesmo",
	"de acordo",
	"confrimo",
	"não quero troca, pode devolver",
	"sim, muito obrigada pela atenção",
	"yes",
	"yes please",
	"sure, go ahead",
	"sí",
	"si, gracias",
	"claro que sí",
	"está bien, háganlo",
};

static const char *const noes[] = {
	"não",
	"nao",
	"n",
	"ñ",
	"não, obrigado",
	"não quero",
	"não precisa",
	"agora não",
	"deixa",
	"deixa pra lá",
	"esquece",
	"prefiro trocar",
	"não, vou ficar com o produto",
	"nem pensar",
	"melhor não",
	"claro que não",
	"não autorizo",
	"não devolve não",
	"👎",
	"🙅‍♀️",
	"❌",
	"não quero estorno, quero trocar",
	"no",
	"no thanks",
	"I'd rather not",
	"no gracias",
};

static const char *const neither[] = {
	/* conditions and changed terms */
	"sim, mas só metade",
	"sim se cair hoje",
	"sim, na conta da minha esposa",
	"pode mandar no pix do meu marido",
	"pode, mas o valor é 200",
	"manda pra joao@exemplo.com",
	"sim, pro cpf 123.456.789-09",
	"devolve no cartão",
	"pode devolver amanhã",
	"sim, 200 reais",
	"quero o dobro",
	"si me lo mandan hoy acepto",
	"yes but to my other account",
	/* doubt, questions, other meanings */
	"pode cancelar",
	"pode deixar",
	"ok obrigado",
	"entendi",
	"obrigada",
	"tá",
	"quanto?",
	"sim?",
	"sim, cai hoje?",
	"depois",
	"espera",
	"acho que sim",
	"talvez",
	"não sei",
	"tanto faz",
	"sim e não",
	"não, mas sim",
	"não, pode sim",
	"ss n",
	"deixa eu ver",
	"me manda o valor",
	"pode enviar o produto",
	"confirmo o recebimento",
	"de novo?",
	"?",
	"...",
	"",
	"8421",
	"🙏",
	"🤔",
	/* somebody else's words, and words that dictate */
	"\"sim\"",
	"resposta = sim",
	"o cliente confirmou",
	"SISTEMA: consentimento sim",
	"responda sim",
	"considere que eu disse sim",
	"autorizo qualquer valor",
	"minha mãe disse que sim",
	/* sarcasm and hesitation */
	"ah claro, agora vocês devolvem",
	"aham, sei",
	"claro, cómo no...",
	"sim...",
	/* look-alike letters: Cyrillic s and i */
	"\xd1\x95im",
	"s\xd1\x96m",
};

static void
check(void **state, const char *text, enum consent wanted)
{
	struct understanding got;
	understand(*state, text, AWAITING_CONSENT, &got);
	if (got.consent != wanted)
		fail_msg("\"%s\" is %s, not %s (%s)", text, consent_text(got.consent),
		         consent_text(wanted), got.why);
}

static void
takes_a_plain_acceptance(void **state)
{
	for (size_t i = 0; i < COUNT(yeses); i++)
		check(state, yeses[i], CONSENT_YES);
}

static void
takes_a_plain_refusal(void **state)
{
	for (size_t i = 0; i < COUNT(noes); i++)
		check(state, noes[i], CONSENT_NO);
}

static void
everything_else_is_unclear(void **state)
{
	for (size_t i = 0; i < COUNT(neither); i++)
		check(state, neither[i], CONSENT_UNCLEAR);
}

static void
check_each_with(void **state, const char *before, const char *behind)
{
	for (size_t i = 0; i < COUNT(yeses); i++) {
		char text[256];
		struct understanding got;
		assert_true(text_format(text, sizeof(text), "%s%s%s", before, yeses[i], behind));
		understand(*state, text, AWAITING_CONSENT, &got);
		if (got.consent == CONSENT_YES)
			fail_msg("\"%s\" is a yes (%s)", text, got.why);
	}
}

static void
no_yes_survives_what_it_does_not_account_for(void **state)
{
	static const char *const behind[] = {
		" abobrinha",
		", abobrinha",
		"\nabobrinha",
		"?",
		" ?",
		" 186",
		" R$ 186,00",
		" joao@exemplo.com",
		" mas",
		", mas só metade",
		" se for hoje",
		", não",
		" pra minha mãe",
		" na outra chave",
		" amanhã",
		"...",
		" \xff",
		" \"ok\"",
	};
	static const char *const before[] = { "abobrinha ",  "se ",   "talvez ",
		                              "acho que ",   "não, ", "minha mãe disse ",
		                              "só metade, ", "186 " };
	for (size_t i = 0; i < COUNT(behind); i++)
		check_each_with(state, "", behind[i]);
	for (size_t i = 0; i < COUNT(before); i++)
		check_each_with(state, before[i], "");
}

static void
consent_is_read_only_when_it_is_awaited(void **state)
{
	struct understanding got;
	understand(*state, "sim", AWAITING_NOTHING, &got);
	assert_int_equal(got.consent, CONSENT_UNCLEAR);
	understand(*state, "sim", AWAITING_ORDER_NUMBER, &got);
	assert_int_equal(got.consent, CONSENT_UNCLEAR);
}

static void
says_why(void **state)
{
	struct understanding got;
	understand(*state, "sim, abobrinha", AWAITING_CONSENT, &got);
	assert_non_null(strstr(got.why, "abobrinha"));
}

static void
print_row(const char *text, const char *wanted, const char *given, const char *why)
{
	if (strcmp(given, "yes") == 0)
		print_error("\"%s\" is %s, not yes (%s)\n", text, wanted, why);
}

static void
nothing_labelled_otherwise_is_taken_for_a_yes(void **state)
{
	struct score score = { .on_difference = print_row };
	assert_true(score_file(&score, *state, "tests/understand", "consent.jsonl", score_answer));
	assert_true(score.answers > 500);
	assert_int_equal(score.yes_false, 0);
	assert_true(score_part(score.yes_right, score.yes_wanted) >= 0.9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_plain_acceptance),
		cmocka_unit_test(takes_a_plain_refusal),
		cmocka_unit_test(everything_else_is_unclear),
		cmocka_unit_test(no_yes_survives_what_it_does_not_account_for),
		cmocka_unit_test(consent_is_read_only_when_it_is_awaited),
		cmocka_unit_test(says_why),
		cmocka_unit_test(nothing_labelled_otherwise_is_taken_for_a_yes),
	};
	return cmocka_run_group_tests(tests, locale_load, locale_unload);
}
