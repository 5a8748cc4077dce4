// Package mandate holds who acts for whom in asking for help (代办): by which right, with
// which proof, how far, from when until when (domain.md 7.3, 民法典 art. 161 to 174).
//
// What somebody claims when they speak for another is written down with the application
// and holds from then on, because nobody is turned away at the door; it ends by its day,
// by the word of the one it is about, or by an officer's. After its end it opens nothing.
// Money is in no claim: it goes to a card of the household unless a mandate says so.
//
// It must not decide whether a claim is true, which an officer does, nor refuse an
// application: who may no longer act is told so, and the person themselves may always.
package mandate
