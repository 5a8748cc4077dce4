// Package media is the sound of a telephone call: it answers SDP, receives and
// sends RTP, reads keys, and writes what both sides say to a WAV file whose time is
// the time of the call.
//
// An [Engine] serves all calls of a process; a [Session] is one call, with one leg
// of sound for a caller or two for an exchange that forks a call to us (SIPREC).
// Nothing here knows SIP, people or databases. It must not let a slow disk stop a
// receiver, and must not believe a peer: not its timestamps, not its addresses, not
// its lengths.
package media
