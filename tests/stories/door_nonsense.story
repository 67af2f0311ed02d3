What is not a webhook of this shop changes nothing, and the shop lives on.

# Not JSON, cut off, not an object, and with a key twice.
webhook 400 this is not JSON
webhook 400 {"type":"ReceivedCallback","instanceId":"{instance}"
webhook 400 [1,2,3]
webhook 400 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0AA",
	"phone":"5520999990101","phone":"5520999990505","text":{"message":"quero estorno do pedido 8421"}}

# Of another instance, and without what every callback has.
webhook 400 {"type":"ReceivedCallback","instanceId":"3F0A1B2C4D5E6F708192A3B4C5D6E7F8","messageId":"3EB0AB",
	"phone":"5520999990101","text":{"message":"quero estorno do pedido 8421"}}
webhook 400 {"instanceId":"{instance}","messageId":"3EB0AC",
	"phone":"5520999990101","text":{"message":"quero estorno do pedido 8421"}}
webhook 400 {"type":"ReceivedCallback","instanceId":"{instance}",
	"phone":"5520999990101","text":{"message":"quero estorno do pedido 8421"}}
webhook 400 {"type":"ReceivedCallback","instanceId":"{instance}","messageId":"3EB0AD",
	"phone":"a stranger","text":{"message":"quero estorno do pedido 8421"}}

# With another instance's token and nothing we know in it, with a wrong secret, and with none.
header z-api-token: 000000000000000000000000
webhook 401 {"type":"ReceivedCallback","instanceId":"3F0A1B2C4D5E6F708192A3B4C5D6E7F8","messageId":"3EB0AE",
	"phone":"5520999990101","text":{"message":"quero estorno do pedido 8421"}}
bytes 404 POST /webhooks/zapi/000000000000000000000000000000000000000000000000 HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n{}
bytes 404 POST /webhooks/zapi/ HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\n{}
bytes 405 GET {webhook} HTTP/1.1\r\nHost: shop\r\n\r\n

rows messages 0
cases all 0
say 5520999990101 quero estorno do pedido 8421, veio quebrado
hear Verifiquei o pedido #8421
