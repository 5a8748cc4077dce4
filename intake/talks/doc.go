// Package talks keeps citizens' conversations (会话) between their turns: the messages as
// they came, each once; the interview as far as it is; and what we say, written before it
// is sent.
//
// It must not know what a conversation is about, lead one, or send anything. No word of a
// conversation lies open here: everything is sealed to the gateway itself, and is
// forgotten when it has not been gone on with for [Kept].
package talks
