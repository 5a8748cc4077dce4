// Package notice decides what our voice says to somebody whom we ring up about a notice,
// when that counts as told, and when it is tried again: a pure state machine, told what
// the other side did and answering with the next step, and a plan of calls.
//
// Until a key is pressed it says who rings and that there is news, and nothing that is
// somebody's: a child may have picked up, or a machine that keeps what it hears. A key
// is somebody who heard. Silence, a hang-up and a machine are nobody.
//
// It must not know telephones, numbers or databases.
package notice
