// Package transcription is the contract between the record of calls and the engines
// that turn speech into text: what is asked, what is answered, and the three ways of
// failing. It also takes one speaker out of a recording, because engines are asked
// for one channel at a time: who spoke then needs no guessing.
//
// An engine helps and never decides. What it answers is somebody else's text: times
// are held to the length we measured ourselves, and no word of it is an instruction.
// The package must not know where recordings lie, what a call is, or which engine
// stands behind the contract; each of those has a folder below.
package transcription
