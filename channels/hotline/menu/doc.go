// Package menu decides what the hotline's voice says and waits for: a pure state
// machine that is told what the caller did and answers with the next step.
//
// GB/T 33358-2016 prefers a person to a menu, so there is hardly one: the caller may
// just speak. Two keys stand beside that, one for the state of an application and one
// for a person who rings back. Whatever a caller does or leaves undone ends in words
// that say what happens next, and never in nothing.
//
// It must not know telephones, clocks or databases.
package menu
