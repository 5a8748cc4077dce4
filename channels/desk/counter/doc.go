// Package counter is the room of window clerks and village assistants: an
// application written down for a person who is there, signed by that person, at
// the window in under a minute or at the door with the person's own spoken words.
//
// It is the channel "counter". It must not file anything that lacks the person's
// signature, or the recorded way of who cannot sign, and at the door neither the
// oral statement nor the signature may be missing (F8).
package counter
