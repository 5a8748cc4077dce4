// Package talks keeps citizens' conversations (会话) between their turns: the messages as
// they came, each once; the interview as far as it is; what we say, written before it is
// sent; and the hand-over to an agent (转人工), who reads and answers at the desk.
//
// It must not know what a conversation is about, lead one, or send anything. No word of a
// conversation lies open here: a Store seals it to the gateway itself, and what goes to an
// agent to the platform, which the gateway cannot read back; a Desk opens that alone. All
// is forgotten when it has not been gone on with for [Kept].
package talks
