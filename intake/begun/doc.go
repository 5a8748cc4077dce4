// Package begun carries a form that an agent began in a call to the door where its caller
// goes on with it (先打电话,再在微信里接着填, F6).
//
// The platform's half seals it to the gateway; the gateway's half gives it once, to the
// account whose own telephone is the one that called, and only to who can say whom the
// call was about: a telephone is shared by a family, and what one of them told is not
// the others' to read. Nothing of it is given before. What nobody goes on with stays in
// the agents' list of calls, and comes back to be rung.
package begun
