// Package menu decides what the hotline's voice says and waits for: a pure state
// machine that is told what the caller did and answers with the next step.
//
// GB/T 33358-2016 prefers a person to a menu, so there is hardly one: the caller may
// just speak. Three keys stand beside that: the state of an application, something against
// a public notice, and a person who rings back. Who has heard the state of their own
// application, and no other, is offered what may be said of its decision; nothing of it is
// decided here: a person rings back and takes it down. Whatever a caller does or leaves undone ends in words
// that say what happens next, and never in nothing.
//
// It must not know telephones, clocks or databases.
package menu
