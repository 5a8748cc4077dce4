// Package notify tells people, until one way worked.
//
// The platform (or the gateway itself) enqueues a notice in the transaction that
// makes it true; the worker in the gateway tries each way in order, the intention
// written before each send, and hands over to a person (job untold) when no way
// worked.
//
// Told means: WeChat accepted the subscribe message (errcode 0: it is on the
// phone), or the SMS centre reported the text as delivered to the handset, or a
// village assistant said it in person. An SMS that was only accepted is sent, not
// told.
//
// It must not know how a channel speaks (Sender does), choose words (core/wording
// does), see a name or an ID number, or send from inside a request.
package notify
