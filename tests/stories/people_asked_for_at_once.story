Who asks for a person gets one, at once, and no question.

say 5520999990101 quero falar com um atendente
hear Claro. Já chamei uma pessoa da equipe
case none HELD asked_for_human
puts 0
