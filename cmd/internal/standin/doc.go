// Package standin plays the outside world on one loopback listener: the WeChat
// API, Tencent Cloud's identity check and text messages, the bank's file
// exchange, a call exchange that sends signed webhooks and serves recordings, a
// speech engine, and a page that plays a citizen's phone. Each speaks the real
// protocol, its errors included, so that unmodified clients (silenceper/wechat, resty) cannot
// tell the difference, and each has fault switches (Fault) for what the real
// world does on bad days.
//
// It must not import intake, casework or a channel: it knows the product only by
// the product's public addresses, as the real services do. It must never listen
// on a public address, and nothing in it may hold data of a real person.
package standin
