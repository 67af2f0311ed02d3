A message that comes with another token is kept for a person, and nothing is done with it.

say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Devolvo no mesmo Pix
header z-api-token: 000000000000000000000000
webhook 200 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0BA",
	"phone":"5520999990101","text":{"message":"sim"}}
case 8421 HELD channel_unverified
header z-api-token: 000000000000000000000000
webhook 200 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0BB",
	"phone":"5520999990505","text":{"message":"quero estorno do pedido 8425"}}
case none HELD channel_unverified
cases all 2
rows messages 3
refunds 8421 0
puts 0
